namespace Kiroku.Cluster;

/// <summary>
/// Notices when the process stood still, for example because its machine was suspended. The others may count it as
/// dead, and it must learn of that before it does much.
/// </summary>
internal sealed class Thaw(
    Membership membership, TimeProvider time, ILogger<Thaw> logger) : RepeatedWork(Interval, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(5);
    private long lastLook = time.GetTimestamp();

    protected override string Work => "Looking whether this node is still a member";

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        var stoodStill = Time.GetElapsedTime(lastLook) > Standstill;
        lastLook = Time.GetTimestamp();
        if (stoodStill)
            await membership.RefreshAsync(cancellationToken);
    }
}
