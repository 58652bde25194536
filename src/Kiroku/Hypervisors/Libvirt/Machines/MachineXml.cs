using System.Text;
using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>A machine's definition as libvirt reads it.</summary>
internal static class MachineXml
{
    /// <summary>
    /// The size of TCG's cache. Measured: with more, a guest that resets takes three times as long to come back.
    /// </summary>
    private const int TranslationCacheMiB = 32;

    public static string Of(MachineSpec spec, string name, Session session)
    {
        var options = session.Options;
        var card = spec.HasNoCard ? null : NetworkCard.Of(MachineNetwork.Parse(options.Network), spec.Id);
        if (spec.Filter is not null)
            card?.Add(FilterXml.Reference(spec.Id));
        var type = session.DomainType;
        var domain = new XElement("domain",
            new XAttribute("type", type),
            new XElement("name", name),
            new XElement("uuid", spec.Id),
            new XElement("title", Printable(spec.Name)),
            new XElement("memory", new XAttribute("unit", "MiB"), spec.MemoryMiB),
            new XElement("vcpu", spec.Vcpus),
            new XElement("os", new XElement("type", "hvm"), new XElement("boot", new XAttribute("dev", "hd"))),
            Features(type),
            type == "kvm" ? new XElement("cpu", new XAttribute("mode", "host-passthrough")) : null,
            new XElement("clock", new XAttribute("offset", "utc")),
            new XElement("on_poweroff", "destroy"),
            new XElement("on_reboot", "restart"),
            new XElement("on_crash", "destroy"),
            session.IsTest ? null : NoSleep(),
            new XElement("devices",
                Disk(Path.Combine(options.VolumesFolder, spec.RootVolume), "vda"),
                spec.SecondVolume is { } second ? Disk(Path.Combine(options.VolumesFolder, second), "vdb") : null,
                spec.ConfigVolume is { } config ? ConfigDrive(Path.Combine(options.VolumesFolder, config)) : null,
                card,
                session.IsTest ? [] : RealDevices(ConsoleFiles.PathOf(options.ConsolesFolder, spec.Id))));
        HardwareXml.Apply(domain, spec, session);
        // The mock has no QEMU to be told.
        if (card is not null && options.Network == MachineNetwork.Isolated && !session.IsTest)
            NetworkCard.Isolate(domain);
        return domain.ToString(SaveOptions.DisableFormatting);
    }

    private static XElement Features(string type)
    {
        var cache = new XElement("tb-cache", new XAttribute("unit", "MiB"), TranslationCacheMiB);
        return new XElement("features",
            new XElement("acpi"),
            type == "qemu" ? new XElement("tcg", cache) : null);
    }

    /// <summary>Keeps the guest from sleeping: it would be neither running nor off.</summary>
    private static XElement NoSleep() => new("pm",
        new XElement("suspend-to-mem", new XAttribute("enabled", "no")),
        new XElement("suspend-to-disk", new XAttribute("enabled", "no")));

    private static XElement Disk(string path, string device) => new("disk",
        new XAttribute("type", "file"), new XAttribute("device", "disk"),
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "qcow2")),
        new XElement("source", new XAttribute("file", path)),
        new XElement("target", new XAttribute("dev", device), new XAttribute("bus", "virtio")));

    /// <summary>
    /// A config drive is a disk and no cdrom: a guest that can boot from the virtio disk finds this one too, whatever
    /// its kernel leaves out. Its letter keeps it behind all others.
    /// </summary>
    private static XElement ConfigDrive(string path) => new("disk",
        new XAttribute("type", "file"), new XAttribute("device", "disk"),
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "raw")),
        new XElement("source", new XAttribute("file", path)),
        new XElement("target", new XAttribute("dev", "vdz"), new XAttribute("bus", "virtio")),
        new XElement("readonly"));

    private static XElement[] RealDevices(string consolePath) =>
    [
        new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")),
        new XElement("serial",
            new XAttribute("type", "file"),
            new XElement("source", new XAttribute("path", consolePath), new XAttribute("append", "on")),
            new XElement("target", new XAttribute("port", 0))),
        new XElement("rng",
            new XAttribute("model", "virtio"),
            new XElement("backend", new XAttribute("model", "random"), "/dev/urandom")),
        new XElement("memballoon", new XAttribute("model", "none")),
    ];

    /// <summary>
    /// The name without characters that a title cannot have: a title is one line, and XML has no way at all to write
    /// most control characters or half a surrogate pair.
    /// </summary>
    private static string Printable(string name)
        => string.Concat(name.EnumerateRunes().Where(IsPrintable).Select(rune => rune.ToString()));

    private static bool IsPrintable(Rune rune)
        => !Rune.IsControl(rune) && rune.Value is not (0xFFFD or 0xFFFE or 0xFFFF);
}
