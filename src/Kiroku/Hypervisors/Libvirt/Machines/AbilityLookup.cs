using System.Globalization;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>Asks libvirt which hardware it can give machines. All members block.</summary>
internal static class AbilityLookup
{
    /// <summary>The host's hardware, which libvirt is asked for once in a connection.</summary>
    public static HostAbilities Of(Session session) => session.Abilities ??= Ask(session);

    /// <summary>The version of QEMU or, of the mock, libvirt's own.</summary>
    public static string VersionOf(Session session)
    {
        LibvirtException.Check(Native.virConnectGetVersion(session.Connect, out var version));
        return string.Create(
            CultureInfo.InvariantCulture, $"{version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}");
    }

    private static HostAbilities Ask(Session session)
    {
        var known = session.IsTest ? OfMock() : OfHost(session);
        return known with { Version = VersionOf(session), LimitsCpu = session.IsTest || session.LimitsCpu };
    }

    private static HostAbilities OfHost(Session session)
    {
        var type = session.DomainType;
        var machines = XElement.Parse(Native.Take(Native.virConnectGetCapabilities(session.Connect)));
        var devices = XElement.Parse(
            Native.Take(Native.virConnectGetDomainCapabilities(session.Connect, null, null, null, type, 0)));
        return AbilityXml.Read(machines, devices) with { Kinds = type == "kvm" ? ["kvm", "qemu"] : ["qemu"] };
    }

    /// <summary>The mock takes every definition.</summary>
    private static HostAbilities OfMock() => AbilityXml.Everything(
        RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64") with
    {
        Kinds = ["test", "qemu"],
        MachineTypes = ["pc", "q35", "virt"],
        HasUefi = true,
    };
}
