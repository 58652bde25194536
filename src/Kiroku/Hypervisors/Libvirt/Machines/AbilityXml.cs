using System.Xml.Linq;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// Reads a host's abilities from libvirt's descriptions. Libvirt 9 does not tell the models of network cards, of SCSI
/// controllers and of sound cards; those that QEMU has for the architecture are listed here.
/// </summary>
internal static class AbilityXml
{
    private const string X86 = "x86_64";

    /// <summary>A floppy disk is too small for any image.</summary>
    private const string FloppyBus = "fdc";

    /// <param name="machines">The capabilities of the host.</param>
    /// <param name="devices">The capabilities of its machines.</param>
    public static HostAbilities Read(XElement machines, XElement devices)
    {
        var architecture = (string?)devices.Element("arch") ?? "";
        return Everything(architecture) with
        {
            MachineTypes = [.. MachinesOf(machines, architecture)],
            DiskBuses = [.. Listed(devices.Element("devices")?.Element("disk"), "bus").Except([FloppyBus])],
            VideoModels = [.. Listed(devices.Element("devices")?.Element("video"), "modelType")],
            HasUefi = Listed(devices.Element("os"), "firmware").Contains("efi"),
        };
    }

    /// <summary>All that hosts of an architecture may have.</summary>
    public static HostAbilities Everything(string architecture)
    {
        var isX86 = architecture == X86;
        return new HostAbilities
        {
            Architectures = isX86 ? [X86, "i686"] : [architecture],
            DiskBuses = ["ide", "sata", "scsi", "usb", "virtio"],
            VideoModels = ["bochs", "cirrus", "none", "qxl", "vga", "virtio", "vmvga"],
            CardModels = isX86
                ? ["e1000", "e1000e", "ne2k_pci", "pcnet", "rtl8139", "virtio", "vmxnet3"]
                : ["e1000", "e1000e", "rtl8139", "virtio"],
            ScsiModels = isX86
                ? ["lsilogic", "lsisas1068", "lsisas1078", "virtio-scsi", "vmpvscsi"]
                : ["virtio-scsi"],
            SoundModels = isX86 ? ["ac97", "es1370", "ich6", "ich9", "sb16", "usb"] : ["ac97", "usb"],
        };
    }

    private static IEnumerable<string> MachinesOf(XElement capabilities, string architecture)
        => capabilities.Elements("guest").Elements("arch")
            .Where(arch => (string?)arch.Attribute("name") == architecture)
            .Elements("machine").Select(machine => machine.Value).Distinct();

    private static IEnumerable<string> Listed(XElement? part, string name)
        => part is null ? [] : part.Elements("enum").Where(list => (string?)list.Attribute("name") == name)
            .Elements("value").Select(value => value.Value);
}
