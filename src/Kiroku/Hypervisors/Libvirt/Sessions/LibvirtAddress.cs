using Kiroku.Hypervisors.Libvirt.Accounts;

namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>
/// A daemon's URI and how many calls it takes at one time: libvirtd's default is five per client, and further ones lie
/// unread. What is held has to be until the connection stands: the URI leads to it. Where each machine has an account
/// of its own, who gives them.
/// </summary>
internal sealed record LibvirtAddress(
    string Uri, int ParallelCalls = 4, IDisposable? Held = null, MachineUids? Uids = null) : IDisposable
{
    public void Dispose() => Held?.Dispose();
}
