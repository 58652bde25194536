using Kiroku.Actions;

namespace Kiroku.Servers.Remote;

/// <summary>
/// A host as other nodes call it; active on its own node only. Answers come in parts, and the caller asks for each
/// part. So no message takes longer than messages may, however long the work is, and a call whose caller is gone is
/// given up.
/// </summary>
internal interface IHostGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes the call and reports its progress. With a fence, the call is made only while the fence holds.
    /// </summary>
    IAsyncEnumerable<HostNews> Run(HostCall call, Fence? fence, CancellationToken cancellationToken);

    /// <summary>The bytes of a volume, in pieces.</summary>
    IAsyncEnumerable<DiskPiece> Read(string volume, CancellationToken cancellationToken);
}

/// <summary>The news of a call: its progress, or at its end its result.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct HostNews([property: Id(0)] double? Progress, [property: Id(1)] object? Result);
