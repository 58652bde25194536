using System.Xml.Linq;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// Puts a machine's disks on the buses that its image asks for: first the disk that it starts from, then the second,
/// then the config drive.
/// </summary>
internal static class DiskXml
{
    private const string Virtio = "virtio";

    public static void Apply(XElement domain, MachineHardware hardware)
    {
        var devices = domain.Element("devices")!;
        var config = devices.Elements("disk").FirstOrDefault(disk => disk.Element("readonly") is not null);
        var disks = devices.Elements("disk").Where(disk => disk != config).ToList();
        foreach (var (place, disk) in disks.Index())
            Put(disk, hardware.DiskBus ?? Virtio, place);
        if (config is not null)
            Put(config, hardware.CdromBus ?? hardware.DiskBus ?? Virtio, disks.Count);
        // IDE and SATA have no disks that are only read.
        if (config is not null && (hardware.CdromBus is not null || BusOf(config) is "ide" or "sata"))
            config.SetAttributeValue("device", "cdrom");
        if (hardware.RescueDevice is { } device && disks is [var root, var rescue])
            StartFrom(domain, root, rescue, device, hardware.RescueBus);
        foreach (var disk in devices.Elements("disk"))
            Drive(disk, hardware);
        if (devices.Elements("disk").Any(disk => BusOf(disk) == "scsi"))
            devices.Add(Controller("scsi", hardware.ScsiModel ?? "virtio-scsi"));
    }

    public static XElement Controller(string type, string model) => new("controller",
        new XAttribute("type", type), new XAttribute("index", 0), new XAttribute("model", model));

    public static string BusOf(XElement disk) => (string)disk.Element("target")!.Attribute("bus")!;

    /// <summary>The config drive's own letter keeps it behind all others, which only virtio has room for.</summary>
    private static void Put(XElement disk, string bus, int place)
    {
        var target = disk.Element("target")!;
        var letter = bus == Virtio && disk.Element("readonly") is not null ? 'z' : (char)('a' + place);
        target.SetAttributeValue("dev", $"{PrefixOf(bus)}{letter}");
        target.SetAttributeValue("bus", bus);
    }

    private static string PrefixOf(string bus) => bus switch
    {
        Virtio => "vd",
        "ide" => "hd",
        _ => "sd",
    };

    /// <summary>Starts the machine from its second disk, and leaves the first in its place.</summary>
    private static void StartFrom(XElement domain, XElement root, XElement rescue, string device, string? bus)
    {
        rescue.SetAttributeValue("device", device);
        Put(rescue, bus ?? BusOf(rescue), 1);
        domain.Element("os")!.Elements("boot").Remove();
        rescue.Add(new XElement("boot", new XAttribute("order", 1)));
        root.Add(new XElement("boot", new XAttribute("order", 2)));
    }

    private static void Drive(XElement disk, MachineHardware hardware)
    {
        if (hardware.HasPackedRings && BusOf(disk) == Virtio)
            disk.Element("driver")!.SetAttributeValue("packed", "on");
        if (disk.Element("readonly") is not null || hardware.Limits is not { } limits)
            return;
        var tuning = new XElement("iotune",
            Flow("bytes_sec", limits.DiskBytes), Flow("iops_sec", limits.DiskOperations));
        if (tuning.HasElements)
            disk.Add(tuning);
    }

    private static IEnumerable<XElement> Flow(string unit, Flow? flow) => flow is null ? [] : new[]
    {
        ("read", flow.Read), ("write", flow.Write), ("total", flow.Total),
    }.Where(part => part.Item2 > 0).Select(part => new XElement($"{part.Item1}_{unit}", part.Item2));
}
