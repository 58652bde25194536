using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// Reserves a machine's address in the DHCP of its libvirt network, so that it is known before the guest asks for it,
/// and stays. A reservation is made after the machine's definition and removed before it, so none is left without a
/// machine. All members block.
/// </summary>
internal static class Reservations
{
    /// <summary>Each failure means that somebody else has just reserved an address.</summary>
    private const int Attempts = 100;

    /// <summary>Reserves an address, unless the machine has one already that will do.</summary>
    /// <exception cref="RefusedException">The network has no address left, or not the one that must be.</exception>
    public static void Ensure(Session session, MachineSpec spec)
    {
        if (NameOf(session) is not { } name || spec.HasNoCard)
            return;
        using var network = DhcpNetwork.Find(session, name);
        for (var attempt = 0; network is not null; attempt++)
        {
            var states = network.Read();
            if (states.Count == 0 || TryReserve(network, states, spec, name))
                return;
            if (attempt == Attempts)
                throw new RefusedException(HypervisorFailure.Failed, $"network {name} does not keep an address");
        }
    }

    /// <summary>
    /// Gives back what is reserved for the machine, in the network of its definition and in that of the setting.
    /// </summary>
    public static void Release(Session session, Guid machine, DomainHandle? domain)
    {
        var names = domain is null || session.IsTest ? [] : NamesIn(Definitions.Read(domain));
        foreach (var name in names.Append(NameOf(session)).OfType<string>().Distinct())
            Release(session, machine, name);
    }

    /// <summary>Gives back what is reserved in networks that the machine leaves with its next definition.</summary>
    public static void ReleaseFormer(Session session, Guid machine)
    {
        if (session.IsTest)
            return;
        using var domain = DomainLookup.Find(session, machine);
        var names = domain is null ? [] : NamesIn(Definitions.Read(domain));
        foreach (var name in names.Where(name => name != NameOf(session)))
            Release(session, machine, name);
    }

    /// <summary>The address that is reserved for the machine in a network; null for none.</summary>
    public static string? Find(Session session, string name, Guid machine)
    {
        if (session.IsTest)
            return null;
        using var network = DhcpNetwork.Find(session, name);
        return network?.Read().Values.Select(given => given.Of(NetworkCard.MacOf(machine))).FirstOrDefault(
            address => address is not null);
    }

    /// <summary>The libvirt network that machines are put on; null if they are put on none.</summary>
    private static string? NameOf(Session session)
        => !session.IsTest && MachineNetwork.Parse(session.Options.Network) is { IsLeased: true, Name: var name }
            ? name
            : null;

    private static bool TryReserve(
        DhcpNetwork network, IReadOnlyDictionary<uint, DhcpAddresses> states, MachineSpec spec, string name)
    {
        var mac = NetworkCard.MacOf(spec.Id);
        var address = Choose(network, states, spec) ?? throw Refusal(spec, name);
        foreach (var (state, given) in states)
        {
            if (given.Of(mac) is { } other && other != address)
                network.TryRemove(mac, state);
        }
        return network.TryAdd(
            mac, address, states.Where(state => state.Value.Of(mac) != address).Select(state => state.Key));
    }

    /// <summary>
    /// The one that must be; else the one that the machine has, then the one that it had, then any. Null if there is
    /// none.
    /// </summary>
    private static string? Choose(
        DhcpNetwork network, IReadOnlyDictionary<uint, DhcpAddresses> states, MachineSpec spec)
    {
        var mac = NetworkCard.MacOf(spec.Id);
        var leases = network.ReadLeases();
        var reserved = states.Values.SelectMany(given => given.Reserved).ToList();
        var taken = reserved.Concat(leases).Where(other => !DhcpAddresses.IsSame(other.Mac, mac))
            .Select(other => other.Address).ToList();
        var known = reserved.Concat(leases).Where(one => DhcpAddresses.IsSame(one.Mac, mac)).Select(one => one.Address)
            .Append(spec.Address).OfType<string>();
        var candidates = spec.MustHaveAddress ? [spec.Address!] : known;
        return candidates.FirstOrDefault(address => states.Values.All(given => given.IsFree(address, taken)))
            ?? (spec.MustHaveAddress ? null : states.Values.First().Pick(spec.Id, taken));
    }

    private static RefusedException Refusal(MachineSpec spec, string name)
    {
        var reason = spec.MustHaveAddress
            ? $"network {name} has fixed IP address {spec.Address} for another machine, or does not give it out"
            : $"No fixed IP addresses available for network: {name}";
        return new RefusedException(HypervisorFailure.NotSupported, reason)
        {
            Operation = $"{Operations.GiveAddress}: {reason}",
        };
    }

    private static void Release(Session session, Guid machine, string name)
    {
        var mac = NetworkCard.MacOf(machine);
        using var network = DhcpNetwork.Find(session, name);
        foreach (var (state, given) in network?.Read() ?? new Dictionary<uint, DhcpAddresses>())
        {
            if (given.Of(mac) is not null)
                network!.TryRemove(mac, state);
        }
    }

    private static IEnumerable<string> NamesIn(string definition)
        => XElement.Parse(definition).Elements("devices").Elements("interface").Elements("source")
            .Select(source => (string?)source.Attribute("network")).OfType<string>();
}
