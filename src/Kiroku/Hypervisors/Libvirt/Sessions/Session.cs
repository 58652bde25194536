using Kiroku.Hypervisors.Libvirt.Accounts;
using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>One open connection with its pool and its event registrations. All members block.</summary>
internal sealed class Session(ConnectHandle connect, LibvirtOptions options, bool isTest, MachineUids? uids)
    : IDisposable
{
    private readonly Stack<Action> registrations = new();
    private volatile bool closed;

    public ConnectHandle Connect => connect;

    public LibvirtOptions Options => options;

    /// <summary>Whether this is libvirt's own mock, which takes every definition but has no bytes.</summary>
    public bool IsTest => isTest;

    /// <summary>The machines' user ids; null where they share the daemon's.</summary>
    public MachineUids? Uids => uids;

    /// <summary>libvirt's word for what runs the machines: kvm, qemu or test.</summary>
    public string DomainType { get; set; } = "test";

    /// <summary>
    /// Whether the daemon can limit processors: that takes control groups, which a private daemon does not have.
    /// </summary>
    public bool LimitsCpu { get; set; }

    /// <summary>The hardware that the host has: libvirt takes its time to tell. Null before it was asked.</summary>
    public HostAbilities? Abilities { get; set; }

    /// <summary>
    /// Whether the daemon is the system's, or one like it, which has the host's network in its hands; a private one has
    /// not.
    /// </summary>
    public bool IsSystem { get; set; }

    /// <summary>Whether libvirt has not given the connection up.</summary>
    public bool IsAlive => !closed && !Connect.IsClosed && Native.virConnectIsAlive(Connect) == 1;

    /// <summary>Takes a registration back before the connection is closed; the newest goes first.</summary>
    public void TakeBackAtEnd(Action registration) => registrations.Push(registration);

    /// <summary>
    /// Notes that libvirt gave the connection up, while its own answer may still be that all is well.
    /// </summary>
    public void MarkClosed() => closed = true;

    public void Dispose()
    {
        while (registrations.TryPop(out var takeBack))
            takeBack();
        Connect.Dispose();
    }
}

/// <summary>
/// The listener to a session's events. It is called on libvirt's event thread and must neither block nor throw.
/// </summary>
internal interface ISessionListener
{
    void MachineChanged(MachineChange change);

    void SessionClosed(Session session);
}
