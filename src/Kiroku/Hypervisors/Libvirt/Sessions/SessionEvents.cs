using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>Turns libvirt's callbacks into calls of a listener.</summary>
internal static unsafe class SessionEvents
{
    private const int LifecycleEvent = 0;
    private const int Renamed = 1;

    public static void WatchMachines(Session session, ISessionListener listener)
    {
        var opaque = GCHandle.ToIntPtr(GCHandle.Alloc(new Watcher(session.Options.MachinePrefix, listener)));
        var registration = LibvirtException.Check(Native.virConnectDomainEventRegisterAny(
            session.Connect, 0, LifecycleEvent, &MachineChanged, opaque, &Free));
        session.TakeBackAtEnd(() => _ = Native.virConnectDomainEventDeregisterAny(session.Connect, registration));
    }

    public static void WatchClose(Session session, ISessionListener listener)
    {
        var opaque = GCHandle.ToIntPtr(GCHandle.Alloc(new CloseWatcher(session, listener)));
        if (Native.virConnectRegisterCloseCallback(session.Connect, &Closed, opaque, &Free) >= 0)
            session.TakeBackAtEnd(() => _ = Native.virConnectUnregisterCloseCallback(session.Connect, &Closed));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MachineChanged(nint connect, nint domain, int lifecycle, int detail, nint opaque)
    {
        if (GCHandle.FromIntPtr(opaque).Target is not Watcher watcher)
            return 0;
        if (StateAfter(lifecycle, detail) is not { } state)
            return 0;
        var name = Marshal.PtrToStringUTF8(Native.virDomainGetName(domain));
        if (MachineNames.Parse(name, watcher.Prefix) is { } machine)
            watcher.Listener.MachineChanged(new MachineChange(machine, state));
        return 0;
    }

    /// <summary>
    /// The state after an event; null for an event that is no news, such as a guest that only begins to shut down (6).
    /// The numbers are virDomainEventType's.
    /// </summary>
    private static MachineState? StateAfter(int lifecycle, int detail) => lifecycle switch
    {
        0 when detail == 0 => MachineState.Off,
        1 when detail != Renamed => MachineState.Absent,
        2 or 4 => MachineState.Running,
        3 or 7 => MachineState.Paused,
        5 => MachineState.Off,
        8 => MachineState.Crashed,
        _ => null,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Closed(nint connect, int reason, nint opaque)
    {
        if (GCHandle.FromIntPtr(opaque).Target is not CloseWatcher watcher)
            return;
        watcher.Session.MarkClosed();
        watcher.Listener.SessionClosed(watcher.Session);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(nint opaque) => GCHandle.FromIntPtr(opaque).Free();

    private sealed record CloseWatcher(Session Session, ISessionListener Listener);

    private sealed record Watcher(string Prefix, ISessionListener Listener);
}
