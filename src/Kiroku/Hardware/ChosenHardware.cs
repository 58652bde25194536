using Kiroku.Hypervisors;

namespace Kiroku.Hardware;

/// <summary>Makes a machine's hardware of what its image and flavor ask for.</summary>
internal static class ChosenHardware
{
    /// <summary>The hardware; null where nothing is asked for.</summary>
    public static MachineHardware? Of(Wishes wishes)
    {
        var hardware = WithDevices(WithProcessors(WithDisksAndCard(MachineHardware.Usual, wishes), wishes), wishes);
        return hardware == MachineHardware.Usual ? null : hardware;
    }

    /// <summary>
    /// The hardware of a machine that starts from a rescue image's disk, with its own root disk in its place; null if
    /// the rescue image does not ask for that (nova/virt/hardware.py, check_hw_rescue_props).
    /// </summary>
    public static MachineHardware? OfRescue(Wishes own, IReadOnlyDictionary<string, string> rescueImage)
    {
        var rescue = new Wishes(rescueImage, new Dictionary<string, string>(), own.Vcpus);
        var (device, bus) = (rescue.Image("hw_rescue_device"), rescue.Image("hw_rescue_bus"));
        if (device is null && bus is null)
            return null;
        var hardware = Of(own) ?? MachineHardware.Usual;
        var hasIde = hardware.MachineType?.Contains("q35", StringComparison.Ordinal) != true;
        return hardware with
        {
            RescueDevice = device ?? "disk",
            RescueBus = bus ?? (device == "cdrom" ? hasIde ? "ide" : "sata" : null),
        };
    }

    private static MachineHardware WithDisksAndCard(MachineHardware hardware, Wishes wishes) => hardware with
    {
        DiskBus = wishes.Image("hw_disk_bus"),
        CdromBus = wishes.Image("hw_cdrom_bus"),
        ScsiModel = wishes.Image("hw_scsi_model"),
        CardModel = wishes.Image("hw_vif_model"),
        HasCardQueues = wishes.EitherTruth("vif_multiqueue_enabled") ?? false,
        HasPackedRings = wishes.EitherTruth("virtio_packed_ring") ?? false,
        Limits = Limits(wishes),
    };

    private static MachineHardware WithProcessors(MachineHardware hardware, Wishes wishes) => hardware with
    {
        IsUefi = wishes.Image("hw_firmware_type") == "uefi",
        MachineType = wishes.Image("hw_machine_type"),
        HasBootMenu = wishes.EitherTruth("boot_menu") ?? false,
        Shape = CpuShapes.Choose(wishes),
        HidesKvm = wishes.ImageTruth("img_hide_hypervisor_id")
            || YesOrNo.IsTrue(wishes.Flavor("hw:hide_hypervisor_id") ?? wishes.Flavor("hide_hypervisor_id")),
        HasPmu = wishes.EitherTruth("pmu"),
        HasHpet = wishes.Image("hw_time_hpet") is { } hpet ? YesOrNo.IsTrue(hpet) : null,
        HasLocalClock = wishes.Image("os_type") == "windows",
    };

    private static MachineHardware WithDevices(MachineHardware hardware, Wishes wishes) => hardware with
    {
        VideoModel = wishes.Image("hw_video_model") ?? (wishes.ImageNumber("hw_video_ram") > 0 ? "vga" : null),
        VideoMiB = wishes.ImageNumber("hw_video_ram"),
        HasNoRandomSource = wishes.Flavor("hw_rng:allowed") is { } allowed && !YesOrNo.IsTrue(allowed),
        RandomBytes = wishes.FlavorNumber("hw_rng:rate_bytes"),
        RandomPeriod = wishes.FlavorNumber("hw_rng:rate_period"),
        HasAgent = wishes.ImageTruth("hw_qemu_guest_agent"),
        HasTablet = wishes.Image("hw_pointer_model") is not null,
        InputBus = wishes.Image("hw_input_bus"),
        WatchdogAction = wishes.Either("watchdog_action") is { } action and not "disabled" ? action : null,
        SoundModel = wishes.Either("sound_model"),
        UsbModel = wishes.Either("usb_model"),
    };

    private static MachineLimits? Limits(Wishes wishes)
    {
        var limits = new MachineLimits
        {
            CpuShares = wishes.Quota("cpu_shares"),
            CpuPeriod = wishes.Quota("cpu_period"),
            CpuQuota = wishes.Quota("cpu_quota"),
            DiskBytes = Flow(wishes, "bytes"),
            DiskOperations = Flow(wishes, "iops"),
            Inbound = Bandwidth(wishes, "inbound"),
            Outbound = Bandwidth(wishes, "outbound"),
        };
        return limits == MachineLimits.None ? null : limits;
    }

    private static Flow? Flow(Wishes wishes, string unit)
    {
        var flow = new Flow(
            wishes.Quota($"disk_read_{unit}_sec") ?? 0, wishes.Quota($"disk_write_{unit}_sec") ?? 0,
            wishes.Quota($"disk_total_{unit}_sec") ?? 0);
        return flow == new Flow(0, 0, 0) ? null : flow;
    }

    /// <summary>A card without an average has no limit, as libvirt takes no peak or burst without one.</summary>
    private static Bandwidth? Bandwidth(Wishes wishes, string direction)
        => wishes.Quota($"vif_{direction}_average") is { } average and > 0
            ? new Bandwidth(
                average, wishes.Quota($"vif_{direction}_peak") ?? 0, wishes.Quota($"vif_{direction}_burst") ?? 0)
            : null;
}
