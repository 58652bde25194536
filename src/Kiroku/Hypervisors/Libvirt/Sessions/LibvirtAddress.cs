using Kiroku.Hypervisors.Libvirt.Accounts;

namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>
/// A daemon's address: its URI, how many calls it takes at one time (libvirtd's default is five per client, and further
/// ones lie unread), a handle that has to be held until the connection stands because the URI leads to it, and the
/// machines' user ids, where each machine has its own.
/// </summary>
internal sealed record LibvirtAddress(
    string Uri, int ParallelCalls = 4, IDisposable? Held = null, MachineUids? Uids = null) : IDisposable
{
    public void Dispose() => Held?.Dispose();
}
