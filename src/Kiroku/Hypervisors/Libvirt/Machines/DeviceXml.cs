using System.Xml.Linq;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>Gives a machine the devices beside disks and cards that its image asks for.</summary>
internal static class DeviceXml
{
    private const string Usb = "usb";
    private const string AgentChannel = "org.qemu.guest_agent.0";

    public static void Apply(XElement devices, MachineHardware hardware)
    {
        if (hardware.HasAgent)
            devices.Add(Agent());
        devices.Add(Inputs(hardware));
        if (hardware.VideoModel is { } video)
            devices.Add(Video(video, hardware.VideoMiB));
        if (hardware.SoundModel is { } sound)
            devices.Add(new XElement("sound", new XAttribute("model", sound)));
        if (hardware.WatchdogAction is { } action)
            devices.Add(Watchdog(action));
        RandomSource(devices, hardware);
        UsbController(devices, hardware);
    }

    private static XElement Agent() => new("channel",
        new XAttribute("type", "unix"),
        new XElement("source", new XAttribute("mode", "bind")),
        new XElement("target", new XAttribute("type", "virtio"), new XAttribute("name", AgentChannel)));

    private static IEnumerable<XElement> Inputs(MachineHardware hardware)
    {
        if (hardware.HasTablet || hardware.InputBus is not null)
            yield return Input("tablet", hardware.InputBus ?? Usb);
        if (hardware.InputBus is { } bus)
            yield return Input("keyboard", bus);
    }

    private static XElement Input(string type, string bus)
        => new("input", new XAttribute("type", type), new XAttribute("bus", bus));

    private static XElement Video(string model, int megabytes) => new("video", new XElement("model",
        new XAttribute("type", model),
        megabytes > 0 && model != "none" ? new XAttribute("vram", megabytes * 1024L) : null));

    private static XElement Watchdog(string action)
        => new("watchdog", new XAttribute("model", "i6300esb"), new XAttribute("action", action));

    private static void RandomSource(XElement devices, MachineHardware hardware)
    {
        if (devices.Element("rng") is not { } source)
            return;
        if (hardware.HasNoRandomSource)
            source.Remove();
        else if (hardware.RandomBytes > 0)
            source.AddFirst(new XElement("rate",
                new XAttribute("bytes", hardware.RandomBytes),
                hardware.RandomPeriod > 0 ? new XAttribute("period", hardware.RandomPeriod) : null));
        if (!hardware.HasNoRandomSource && hardware.HasPackedRings)
            source.Add(new XElement("driver", new XAttribute("packed", "on")));
    }

    /// <summary>A machine has no USB controller but for a device on that bus, or if its image wants one.</summary>
    private static void UsbController(XElement devices, MachineHardware hardware)
    {
        var isUsed = devices.Elements("disk").Any(disk => DiskXml.BusOf(disk) == Usb)
            || devices.Elements("input").Any(input => (string?)input.Attribute("bus") == Usb)
            || hardware.SoundModel == Usb;
        var model = hardware.UsbModel ?? (isUsed ? "qemu-xhci" : null);
        if (model is null || (model == "none" && !isUsed))
            return;
        devices.Elements("controller").Where(controller => (string?)controller.Attribute("type") == Usb).Remove();
        devices.Add(DiskXml.Controller(Usb, model == "none" ? "qemu-xhci" : model));
    }
}
