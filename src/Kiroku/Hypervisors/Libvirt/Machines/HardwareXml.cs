using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// Gives a machine's definition the hardware that its image and flavor ask for. A definition without such wishes stays
/// as it is.
/// </summary>
internal static class HardwareXml
{
    /// <summary>As many queues as Linux gives a card of the host's (MAX_TAP_QUEUES).</summary>
    private const int MostQueues = 256;

    public static void Apply(XElement domain, MachineSpec spec, Session session)
    {
        if (spec.Hardware is not { } hardware)
            return;
        Firmware(domain.Element("os")!, hardware);
        Processors(domain, hardware, session.DomainType == "kvm");
        Clock(domain.Element("clock")!, hardware);
        var devices = domain.Element("devices")!;
        DiskXml.Apply(domain, hardware);
        DeviceXml.Apply(devices, hardware);
        if (devices.Element("interface") is { } card)
            Card(card, hardware, spec.Vcpus);
        // A private daemon refuses these. Servers with such a flavor are placed where they can be honoured.
        if (session.LimitsCpu && hardware.Limits is { LimitsCpu: true } limits)
            domain.Element("vcpu")!.AddAfterSelf(CpuTuning(limits));
    }

    private static void Firmware(XElement os, MachineHardware hardware)
    {
        if (hardware.IsUefi)
            os.SetAttributeValue("firmware", "efi");
        os.Element("type")!.SetAttributeValue("machine", hardware.MachineType);
        if (hardware.HasBootMenu)
            os.Add(new XElement("bootmenu", new XAttribute("enable", "yes")));
    }

    private static void Processors(XElement domain, MachineHardware hardware, bool isKvm)
    {
        var features = domain.Element("features")!;
        if (hardware.HasPmu is { } pmu)
            features.Add(new XElement("pmu", new XAttribute("state", pmu ? "on" : "off")));
        if (hardware.HidesKvm && isKvm)
            features.Add(new XElement("kvm", new XElement("hidden", new XAttribute("state", "on"))));
        if (hardware.Shape is not var (sockets, cores, threads))
            return;
        if (domain.Element("cpu") is null)
            features.AddAfterSelf(new XElement("cpu"));
        domain.Element("cpu")!.Add(new XElement("topology",
            new XAttribute("sockets", sockets), new XAttribute("cores", cores), new XAttribute("threads", threads)));
    }

    private static void Clock(XElement clock, MachineHardware hardware)
    {
        if (hardware.HasLocalClock)
            clock.SetAttributeValue("offset", "localtime");
        if (hardware.HasHpet is { } hpet)
            clock.Add(new XElement("timer",
                new XAttribute("name", "hpet"), new XAttribute("present", hpet ? "yes" : "no")));
    }

    private static void Card(XElement card, MachineHardware hardware, int vcpus)
    {
        var model = card.Element("model")!;
        if (hardware.CardModel is { } name)
            model.SetAttributeValue("type", name);
        var isVirtio = (string?)model.Attribute("type") == "virtio";
        // QEMU's own network has one queue, and libvirt limits no bandwidth there.
        var isTap = (string?)card.Attribute("type") != "user";
        var driver = new XElement("driver",
            hardware.HasPackedRings && isVirtio ? new XAttribute("packed", "on") : null,
            hardware.HasCardQueues && isVirtio && isTap && vcpus > 1
                ? new XAttribute("queues", Math.Min(vcpus, MostQueues)) : null);
        if (driver.HasAttributes)
            card.Add(driver);
        var limits = hardware.Limits ?? MachineLimits.None;
        if (isTap && (limits.Inbound ?? limits.Outbound) is not null)
            card.Add(new XElement("bandwidth", Rate("inbound", limits.Inbound), Rate("outbound", limits.Outbound)));
    }

    private static XElement? Rate(string direction, Bandwidth? bandwidth) => bandwidth is null ? null : new XElement(
        direction,
        new XAttribute("average", bandwidth.Average),
        bandwidth.Peak > 0 ? new XAttribute("peak", bandwidth.Peak) : null,
        bandwidth.Burst > 0 ? new XAttribute("burst", bandwidth.Burst) : null);

    private static XElement CpuTuning(MachineLimits limits) => new("cputune",
        limits.CpuShares is { } shares ? new XElement("shares", shares) : null,
        limits.CpuPeriod is { } period ? new XElement("period", period) : null,
        limits.CpuQuota is { } quota ? new XElement("quota", quota) : null);
}
