namespace Kiroku.Hypervisors.Libvirt;

/// <summary>One open connection with its pool and its event registrations. All members block.</summary>
internal sealed class Session : IDisposable
{
    private int lifecycleCallback = -1;
    private bool watchesClose;
    private volatile bool closed;

    private Session(ConnectHandle connect, LibvirtOptions options, bool isTest, MachineUids? uids)
    {
        Connect = connect;
        Options = options;
        IsTest = isTest;
        Uids = uids;
    }

    public ConnectHandle Connect { get; }

    public LibvirtOptions Options { get; }

    /// <summary>libvirt's own mock: it takes every definition but has no bytes.</summary>
    public bool IsTest { get; }

    /// <summary>Where each machine has an account of its own; null where they share the daemon's.</summary>
    public MachineUids? Uids { get; }

    /// <summary>libvirt's word for what runs the machines: kvm, qemu or test.</summary>
    public string DomainType { get; private set; } = "test";

    /// <summary>False from the moment at which libvirt gave the connection up.</summary>
    public bool IsAlive => !closed && !Connect.IsClosed && Native.virConnectIsAlive(Connect) == 1;

    public static Session Open(LibvirtAddress address, LibvirtOptions options, ISessionListener listener)
    {
        var uri = address.Uri;
        var isTest = uri.StartsWith("test:", StringComparison.Ordinal);
        // libvirt itself would look for a daemon to ask, and for any other hypervisor our definitions are wrong.
        if (!isTest && !uri.StartsWith("qemu:", StringComparison.Ordinal) && !uri.StartsWith("qemu+", StringComparison.Ordinal))
            throw new RefusedException(HypervisorFailure.NotSupported, $"{uri} is not a URI of libvirt's QEMU or test driver");
        EventLoop.EnsureStarted();
        var session = new Session(LibvirtException.Check(Native.virConnectOpen(uri)), options, isTest, address.Uids);
        try
        {
            session.Prepare(listener);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (lifecycleCallback >= 0)
            _ = Native.virConnectDomainEventDeregisterAny(Connect, lifecycleCallback);
        if (watchesClose)
            SessionEvents.StopWatchingClose(Connect);
        Connect.Dispose();
    }

    /// <summary>Word from libvirt, while its own answer may still be that all is well.</summary>
    public void MarkClosed() => closed = true;

    private void Prepare(ISessionListener listener)
    {
        if (!IsTest)
        {
            // No keep-alive: where it gives up a connection on which two calls hang, libvirt 9 crashes the process. A frozen
            // daemon is outlasted by the calls' own deadlines, and one that dies closes its socket.
            DomainType = HasKvm() ? "kvm" : "qemu";
            watchesClose = SessionEvents.WatchClose(this, listener);
        }
        lifecycleCallback = SessionEvents.WatchMachines(Connect, Options.MachinePrefix, listener);
        Pools.Ensure(this);
    }

    /// <summary>
    /// A /dev/kvm that opens proves nothing where the processor has no virtualisation; the daemon's account must reach it too.
    /// </summary>
    private bool HasKvm()
        => File.Exists("/proc/cpuinfo")
        && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))
            is { } flags
        && flags.Split(' ').Any(flag => flag is "vmx" or "svm")
        && File.Exists("/dev/kvm")
        && Native.Take(Native.virConnectGetCapabilities(Connect)).Contains("<domain type='kvm'", StringComparison.Ordinal);
}

/// <summary>Who hears of a session's events, on libvirt's event thread: it must neither block nor throw.</summary>
internal interface ISessionListener
{
    void MachineChanged(MachineChange change);

    void SessionClosed(Session session);
}
