using Kiroku.Actions;

namespace Kiroku.Servers.Remote;

/// <summary>
/// A host as other nodes reach it, active on its own node and nowhere else. Answers come as they are made, and whoever
/// waits asks for the next: so no call is longer than messages may take, however long the work is, and one that nobody
/// asks about any more is given up.
/// </summary>
internal interface IHostGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes the call, and the caller hears how far it is; with a fence it is made only while that holds.
    /// </summary>
    IAsyncEnumerable<HostNews> Run(HostCall call, Fence? fence, CancellationToken cancellationToken);

    /// <summary>The bytes of a volume, in pieces.</summary>
    IAsyncEnumerable<DiskPiece> Read(string volume, CancellationToken cancellationToken);
}

/// <summary>The news of a call: its progress, or at its end its result.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct HostNews([property: Id(0)] double? Progress, [property: Id(1)] object? Result);
