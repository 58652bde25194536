using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// A server's disk on its way to another host: a full copy of it as the next generation is made where it lies, taken
/// over by the other host byte by byte, and dropped again where it was made. Until the server's row names it nothing
/// has changed.
/// </summary>
internal sealed record DiskMove(string From, string To, int Generation)
{
    /// <summary>The generation that it is at its destination.</summary>
    public int Next => Generation + 1;

    /// <summary>Makes the copy, and has it where it is to be; where both hosts are the same it is made there.</summary>
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

    /// <summary>Drops what was made, wherever it is.</summary>
    public async Task UndoAsync(ServerWork work, CancellationToken cancellationToken)
    {
        await work.On(From).DeleteDiskAsync(work.Server.Id, Next, cancellationToken);
        if (From != To)
            await work.On(To).DropDiskAsync(work.Server, Next, cancellationToken);
    }
}
