using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>What libvirt knows of one of its networks. All members block.</summary>
internal static class NetworkLookup
{
    /// <summary>A bridge's name is all that is known of it, but for filters.</summary>
    public static HostNetwork Of(Session session, MachineNetwork network)
    {
        var why = FilterLookup.Why(session);
        var known = network.Kind == NetworkKind.Libvirt
            ? Of(session, network.Name)
            : new HostNetwork(network.Kind, network.Name);
        return known with { FiltersCards = why is null, WhyUnfiltered = why };
    }

    /// <summary>Of a network that there is not, which an operator may still make, the name is all.</summary>
    private static HostNetwork Of(Session session, string name)
    {
        using var network = Native.virNetworkLookupByName(session.Connect, name);
        if (!network.IsInvalid && Native.virNetworkGetXMLDesc(network, 0) is var definition and not 0)
            return NetworkXml.Read(name, Native.Take(definition));
        var error = LibvirtException.Read();
        return error.Code == LibvirtException.NoNetwork ? new HostNetwork(NetworkKind.Libvirt, name) : throw error;
    }
}
