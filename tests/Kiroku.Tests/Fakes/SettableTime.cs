namespace Kiroku.Tests.Fakes;

/// <summary>A clock that can be set: the time of day jumps, while durations and timers go on.</summary>
internal sealed class SettableTime : TimeProvider
{
    /// <summary>How far the clock is ahead of the right time.</summary>
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
}
