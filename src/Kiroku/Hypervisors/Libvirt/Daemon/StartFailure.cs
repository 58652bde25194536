namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>Makes the failures that say why the private libvirtd cannot be started.</summary>
internal static class StartFailure
{
    private const string Operation = "start the private libvirtd";

    public static HypervisorException Of(string text, Exception? reason = null)
        => Of(HypervisorFailure.Unavailable, text, reason);

    public static HypervisorException Of(HypervisorFailure failure, string text, Exception? reason = null)
        => new(failure, Operation, text, reason);
}
