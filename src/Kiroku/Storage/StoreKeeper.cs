namespace Kiroku.Storage;

/// <summary>Makes an idle store check its disk, so that it notices when space runs short or is free again.</summary>
internal sealed class StoreKeeper(IDatabase database, TimeProvider time, ILogger<StoreKeeper> logger)
    : RepeatedWork(TimeSpan.FromSeconds(2), time, logger)
{
    protected override string Work => "Looking after the store's room";

    protected override Task WorkAsync(CancellationToken cancellationToken)
        => database.CheckDiskAsync(cancellationToken);
}
