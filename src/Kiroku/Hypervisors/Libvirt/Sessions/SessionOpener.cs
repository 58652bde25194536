using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>Opens a session, registers its events, and makes sure of its pool. All members block.</summary>
internal static class SessionOpener
{
    public static Session Open(LibvirtAddress address, LibvirtOptions options, ISessionListener listener)
    {
        var uri = address.Uri;
        var isTest = uri.StartsWith("test:", StringComparison.Ordinal);
        // libvirt would look for any daemon by itself, and for another hypervisor our definitions are wrong.
        if (!isTest && !uri.StartsWith("qemu:", StringComparison.Ordinal)
            && !uri.StartsWith("qemu+", StringComparison.Ordinal))
        {
            throw new RefusedException(
                HypervisorFailure.NotSupported, $"{uri} is not a URI of libvirt's QEMU or test driver");
        }
        EventLoop.EnsureStarted();
        var session = new Session(LibvirtException.Check(Native.virConnectOpen(uri)), options, isTest, address.Uids);
        session.LimitsCpu = uri == "qemu:///system";
        session.IsSystem = address.Uids is null
            && uri.Split('?')[0].EndsWith("/system", StringComparison.Ordinal);
        try
        {
            Prepare(session, listener);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void Prepare(Session session, ISessionListener listener)
    {
        if (!session.IsTest)
        {
            // No keep-alive: where it gives up a connection on which two calls hang, libvirt 9 crashes the process. A
            // frozen daemon is outlasted by the calls' own deadlines, and one that dies closes its socket.
            session.DomainType = HasKvm(session.Connect) ? "kvm" : "qemu";
            SessionEvents.WatchClose(session, listener);
        }
        SessionEvents.WatchMachines(session, listener);
        Pools.Ensure(session);
    }

    /// <summary>
    /// Whether KVM can be used. A /dev/kvm that opens proves nothing where the processor has no virtualisation, and the
    /// daemon's account must reach it too.
    /// </summary>
    private static bool HasKvm(ConnectHandle connect)
        => File.Exists("/proc/cpuinfo")
            && File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) is { } flags
            && flags.Split(' ').Any(flag => flag is "vmx" or "svm")
            && File.Exists("/dev/kvm")
            && Native.Take(Native.virConnectGetCapabilities(connect))
                .Contains("<domain type='kvm'", StringComparison.Ordinal);
}
