using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// Moves a server's disk to another host. The host where it lies makes a full copy as the next generation, the other
/// host receives the bytes, and the copy on the first host is deleted. Until the server's row names the new disk,
/// nothing has changed.
/// </summary>
internal sealed record DiskMove(string From, string To, int Generation)
{
    /// <summary>The generation of the disk at its destination.</summary>
    public int Next => Generation + 1;

    /// <summary>
    /// Makes the copy and moves it to the destination. If both hosts are the same, only the copy is made.
    /// </summary>
    public async Task RunAsync(ServerWork work, ServerFlavor flavor, CancellationToken cancellationToken)
    {
        var (id, source) = (work.Server.Id, work.On(From));
        if (From == To)
        {
            await source.CopyDiskAsync(id, Generation, Next, flavor, work.Progress(), cancellationToken);
            return;
        }
        await source.CopyDiskAsync(id, Generation, Next, flavor, work.Progress(to: 0.5), cancellationToken);
        await work.On(To).ReceiveDiskAsync(From, Disks.NameOf(id, Next), work.Progress(from: 0.5), cancellationToken);
        if (work.Server.ConfigGeneration is { } config)
            await work.On(To).ReceiveDiskAsync(From, Disks.ConfigOf(id, config), null, cancellationToken);
        await source.DeleteDiskAsync(id, Next, cancellationToken);
    }

    /// <summary>Deletes the copy, wherever it is.</summary>
    public async Task UndoAsync(ServerWork work, CancellationToken cancellationToken)
    {
        await work.On(From).DeleteDiskAsync(work.Server.Id, Next, cancellationToken);
        if (From != To)
            await work.On(To).DropDiskAsync(work.Server, Next, cancellationToken);
    }
}
