namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>
/// The daemon to connect to. It is asked for before every attempt to connect, so this is also the place to start it.
/// </summary>
internal sealed record LibvirtTarget(bool IsReal, Func<CancellationToken, Task<LibvirtAddress>> FindAsync)
{
    /// <summary>
    /// The target of a node without machines: it is never connected, and so nothing that waits for that begins.
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
