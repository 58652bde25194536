namespace Kiroku.Storage;

/// <summary>
/// Has the store look at its disk while nobody writes, so that it notices that room is short, or is there again.
/// </summary>
internal sealed class StoreKeeper(IDatabase database, TimeProvider time, ILogger<StoreKeeper> logger)
    : RepeatedWork(TimeSpan.FromSeconds(2), time, logger)
{
    protected override string Work => "Looking after the store's room";

    protected override Task WorkAsync(CancellationToken cancellationToken) => database.KeepAsync(cancellationToken);
}
