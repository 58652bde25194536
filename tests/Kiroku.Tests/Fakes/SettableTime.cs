namespace Kiroku.Tests.Fakes;

/// <summary>The system's clock as somebody set it: what is read of it jumps, durations and timers go on.</summary>
internal sealed class SettableTime : TimeProvider
{
    /// <summary>How far ahead it is of the right time.</summary>
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
}
