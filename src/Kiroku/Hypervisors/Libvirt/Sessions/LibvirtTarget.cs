namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>
/// Where the daemon is. Asked before every attempt to connect, so it is also the place to see to it that the daemon
/// runs.
/// </summary>
internal sealed record LibvirtTarget(bool IsReal, Func<CancellationToken, Task<LibvirtAddress>> FindAsync)
{
    /// <summary>
    /// For a node without machines: it is never connected, and so nothing that waits for that begins.
    /// </summary>
    public static readonly LibvirtTarget Nowhere = new(IsReal: true, async token =>
    {
        await Task.Delay(Timeout.Infinite, token);
        throw new OperationCanceledException(token);
    });

    public static LibvirtTarget At(string uri)
    {
        var address = Task.FromResult(new LibvirtAddress(uri));
        return new(!uri.StartsWith("test:", StringComparison.Ordinal), _ => address);
    }
}
