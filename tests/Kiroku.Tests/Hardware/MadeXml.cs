using System.Xml.Linq;
using Kiroku.Hardware;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Tests.Hardware;

/// <summary>The definition of a machine with a disk, a second one and a config drive, as a real host gets it.</summary>
internal static class MadeXml
{
    public static readonly Guid Machine = Guid.Parse("11111111-2222-3333-4444-555555555555");

    public static XElement Of(
        IReadOnlyDictionary<string, string> image, IReadOnlyDictionary<string, string> flavor,
        string network = "bridge:br0", string type = "kvm")
        => XElement.Parse(Of(ChosenHardware.Of(new Wishes(image, flavor, vcpus: 4)), network, type));

    public static string Of(
        MachineHardware? hardware, string network = "bridge:br0", string type = "kvm", int vcpus = 4)
    {
        var options = new LibvirtOptions { Folder = "/k", Network = network };
        using var session = new Session(new(), options, isTest: false, uids: null)
        {
            DomainType = type,
            LimitsCpu = true,
        };
        var spec = new MachineSpec(Machine, "a", vcpus, 96, "root")
        {
            SecondVolume = "second",
            ConfigVolume = "config",
            Hardware = hardware,
        };
        return MachineXml.Of(spec, "kiroku-a", session);
    }
}
