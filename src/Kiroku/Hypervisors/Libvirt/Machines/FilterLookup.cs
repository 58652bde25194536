using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// Finds out whether a host can filter what its machines' cards send and receive, and says why where it cannot. All
/// members block.
/// </summary>
internal static class FilterLookup
{
    public const string OwnNetwork = "nothing can filter in QEMU's own network";

    private const string SettingsFolder = "/proc/sys/net/bridge";

    /// <summary>Whether bridges have the firewall look at what passes them.</summary>
    private static readonly string[] BridgeSettings = ["bridge-nf-call-iptables", "bridge-nf-call-ip6tables"];

    private static readonly string[] Tools = ["ebtables", "iptables", "ip6tables"];

    private static readonly string[] Folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin"];

    /// <summary>How a libvirt network is led on where the host sees all that its guests send each other.</summary>
    private static readonly string?[] Bridged = [null, "nat", "bridge"];

    /// <summary>Why the host cannot filter, as a part of a sentence; null if it can.</summary>
    public static string? Why(Session session)
    {
        var network = MachineNetwork.Parse(session.Options.Network);
        if (session.IsTest || network.Kind is NetworkKind.None or NetworkKind.Isolated or NetworkKind.User)
            return OwnNetwork;
        // A private daemon takes filters, too, and can do nothing with them.
        if (!session.IsSystem || Native.virConnectNumOfNWFilters(session.Connect) < 0)
            return "its libvirt has no network filters";
        if (Tools.FirstOrDefault(tool => !Folders.Any(folder => File.Exists(Path.Combine(folder, tool)))) is { } tool)
            return $"it has no {tool}";
        if (BridgeSettings.FirstOrDefault(IsOff) is { } setting)
            return $"its net.bridge.{setting} is 0";
        return network.Kind == NetworkKind.Libvirt ? WhyNotIn(session, network.Name) : null;
    }

    /// <summary>Where a setting is missing, the first filter brings it about, with its default.</summary>
    private static bool IsOff(string setting)
    {
        var file = Path.Combine(SettingsFolder, setting);
        return File.Exists(file) && File.ReadAllText(file).Trim() == "0";
    }

    private static string? WhyNotIn(Session session, string name)
    {
        using var network = Native.virNetworkLookupByName(session.Connect, name);
        if (network.IsInvalid)
            return $"there is no libvirt network {name}";
        var definition = XElement.Parse(Native.Take(Native.virNetworkGetXMLDesc(network, 0)));
        var mode = (string?)definition.Element("forward")?.Attribute("mode");
        if (definition.Element("forward") is not null && mode is null)
            mode = "nat";
        return Bridged.Contains(mode) && definition.Element("bridge") is not null
            ? null
            : $"what is routed into its network {name} passes no filter";
    }
}
