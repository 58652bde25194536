using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <summary>
/// The one thread on which libvirt delivers events. It belongs to the process and serves all connections.
/// </summary>
internal static unsafe class EventLoop
{
    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Starts the loop, if it does not run yet; to be called before the first connection is opened.</summary>
    public static void EnsureStarted() => _ = Started.Value;

    private static bool Start()
    {
        LibvirtException.Check(Native.virInitialize());
        // Every error is read where it happens; without this it would be printed too.
        Native.virSetErrorFunc(0, &Ignore);
        LibvirtException.Check(Native.virEventRegisterDefaultImpl());
        // Wakes the loop, so that a registration made from another thread is never slept over.
        LibvirtException.Check(Native.virEventAddTimeout(1000, &Wake, 0, null));
        new Thread(Run) { IsBackground = true, Name = "libvirt events" }.Start();
        return true;
    }

    private static void Run()
    {
        while (true)
            _ = Native.virEventRunDefaultImpl();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(nint userData, nint error)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Wake(int timer, nint opaque)
    {
    }
}
