using static Kiroku.Hardware.Wish;

namespace Kiroku.Hardware;

/// <summary>
/// The extra specs of flavors that Nova knows (nova/api/validation/extra_specs), and what Kiroku does with each: the
/// one place that says so.
/// </summary>
internal static class FlavorWishes
{
    private static readonly YesOrNo YesOrNo = new();
    private static readonly Number Number = new();
    private static readonly Number NotNegative = new(0);
    private static readonly Number Positive = new(1);
    private static readonly Format Cpus = new(@"\^?\d+((-\d+)?(,\^?\d+(-\d+)?)?)*");
    private static readonly OneOf Level = new("custom", "high", "normal", "low");
    private static readonly OneOf TraitValue = new("required", "forbidden");

    private static readonly string[] Resources =
    [
        "PCI_DEVICE", "SRIOV_NET_VF", "NUMA_SOCKET", "NUMA_CORE", "NUMA_THREAD",
        "NUMA_MEMORY_MB", "IPV4_ADDRESS", "VGPU", "VGPU_DISPLAY_HEAD", "NET_BW_EGR_KILOBIT_PER_SEC",
        "NET_BW_IGR_KILOBIT_PER_SEC", "PCPU", "MEM_ENCRYPTION_CONTEXT", "FPGA", "PGPU",
        "NET_PACKET_RATE_KILOPACKET_PER_SEC", "NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC",
        "NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC",
    ];

    private static readonly string[] Capabilities =
    [
        "id", "uuid", "service_id", "host", "vcpus", "memory_mb", "local_gb", "vcpus_used", "memory_mb_used",
        "local_gb_used", "hypervisor_type", "hypervisor_version", "hypervisor_hostname", "free_ram_mb", "free_disk_gb",
        "current_workload", "running_vms", "disk_available_least", "host_ip", "mapped", "cpu_allocation_ratio",
        "ram_allocation_ratio", "disk_allocation_ratio", "total_usable_ram_mb", "total_usable_disk_gb", "disk_mb_used",
        "free_disk_mb", "vcpus_total", "num_instances", "num_io_ops", "failed_builds", "aggregates", "cell_uuid",
        "updated",
    ];

    private static readonly string[] CapabilitiesWithParts =
    [
        "cpu_info", "metrics", "stats", "numa_topology", "supported_hv_specs", "pci_device_pools", "nodename",
        "pci_stats", "supported_instances", "limits", "instances",
    ];

    /// <summary>The resources that a server takes up by its flavor's sizes, if no extra spec says otherwise.</summary>
    private static readonly string[] SizedResources = ["VCPU", "MEMORY_MB", "DISK_GB"];

    public static readonly IReadOnlyList<Wish> All =
    [
        Honoured("hw:boot_menu", YesOrNo, "the firmware's boot menu"),
        Honoured("hw:cpu_sockets", Positive, "how the processors are arranged"),
        Honoured("hw:cpu_cores", Positive, "likewise"),
        Honoured("hw:cpu_threads", Positive, "likewise"),
        Honoured("hw:cpu_max_sockets", Positive, "likewise"),
        Honoured("hw:cpu_max_cores", Positive, "likewise"),
        Honoured("hw:cpu_max_threads", Positive, "likewise"),
        Lacking("hw:cpu_policy", OneOf.CpuPolicy, "processors for one server alone")
            with { Asks = value => value != "shared" },
        Honoured("hw:cpu_thread_policy", OneOf.ThreadPolicy, "400 unless the processors are dedicated"),
        Lacking("hw:cpu_dedicated_mask", Cpus, "processors for one server alone"),
        Lacking("hw:cpu_realtime", YesOrNo, "real-time processors"),
        Lacking("hw:cpu_realtime_mask", Cpus, "real-time processors"),
        Lacking("hw:emulator_threads_policy", new OneOf("isolate", "share"), "processors for QEMU alone")
            with { Asks = value => value == "isolate" },
        Lacking("hw:ephemeral_encryption", YesOrNo, "encrypted disks"),
        Lacking("hw:ephemeral_encryption_format", OneOf.EncryptedDisk, "encrypted disks"),
        Honoured("hw:hide_hypervisor_id", YesOrNo, "the guest does not learn of KVM"),
        Honoured("hide_hypervisor_id", YesOrNo, "likewise"),
        Lacking("hw:locked_memory", YesOrNo, "locked memory"),
        Lacking("hw:mem_encryption", YesOrNo, "encrypted memory"),
        Lacking("hw:mem_encryption_model", OneOf.EncryptedMemory, "encrypted memory"),
        Lacking("hw:mem_page_size", new Format(@"(large|small|any|\d+([kKMGT]i?)?(b|bit|B)?)"), "large memory pages")
            with { Asks = value => value is not ("small" or "any") },
        Lacking("hw:numa_nodes", Positive, "NUMA nodes"),
        Lacking("hw:numa_cpus.{num}", Cpus, "NUMA nodes"),
        Lacking("hw:numa_mem.{num}", Positive, "NUMA nodes"),
        Idle("hw:pci_numa_affinity_policy", new OneOf("required", "preferred", "legacy", "socket"), "no PCI devices"),
        Lacking("hw:pmem", new Format("([a-zA-Z0-9_]+(,)?)+"), "persistent memory"),
        Honoured("hw:pmu", YesOrNo, "the processors' event counters"),
        Lacking("hw:redirected_usb_ports", new Number(0, 15), "redirected USB ports")
            with { Asks = value => value.Trim() != "0" },
        Honoured("hw:serial_port_count", NotNegative, "one port is there, as of Nova without serial consoles"),
        Required("hw:sound_model", OneOf.SoundModel, "a sound card that nobody hears"),
        Lacking("hw:tpm_model", OneOf.TpmModel, "a TPM"),
        Lacking("hw:tpm_secret_security", new OneOf("user", "host", "deployment"), "a TPM"),
        Lacking("hw:tpm_version", OneOf.TpmVersion, "a TPM"),
        Honoured("hw:usb_model", OneOf.UsbModel, "the USB controller"),
        Honoured("hw:vif_multiqueue_enabled", YesOrNo, "a queue for each processor, on bridges and libvirt networks"),
        Lacking("hw:viommu_model", OneOf.Iommu, "an IOMMU for guests"),
        Honoured("hw:virtio_packed_ring", YesOrNo, "packed rings of virtio devices"),
        Honoured("hw:watchdog_action", OneOf.WatchdogAction, "a watchdog i6300esb"),
        Honoured("hw_rng:allowed", YesOrNo, "false: no source of random bytes"),
        Honoured("hw_rng:rate_bytes", NotNegative, "the most random bytes in a period"),
        Honoured("hw_rng:rate_period", NotNegative, "that period in milliseconds"),
        Honoured("hw_video:ram_max_mb", NotNegative, "the most that hw_video_ram may ask for"),
        Lacking("os:secure_boot", new OneOf("disabled", "required"), "secure boot")
            with { Asks = value => value == "required" },
        Required("quota:cpu_shares", NotNegative, "the weight of its processors, under the system's libvirtd"),
        Required("quota:cpu_period", NotNegative, "the period of quota:cpu_quota in microseconds, likewise"),
        Required("quota:cpu_quota", Number, "its processors' time in a period, likewise"),
        Honoured("quota:disk_read_bytes_sec", NotNegative, "the most that the disk reads in a second"),
        Honoured("quota:disk_read_iops_sec", NotNegative, "likewise, in operations"),
        Honoured("quota:disk_write_bytes_sec", NotNegative, "the most that it writes"),
        Honoured("quota:disk_write_iops_sec", NotNegative, "likewise, in operations"),
        Honoured("quota:disk_total_bytes_sec", NotNegative, "the most that it reads and writes"),
        Honoured("quota:disk_total_iops_sec", NotNegative, "likewise, in operations"),
        Honoured("quota:vif_inbound_average", NotNegative, "KiB a second to the card, on bridges and libvirt networks"),
        Honoured("quota:vif_inbound_peak", NotNegative, "likewise, at most"),
        Honoured("quota:vif_inbound_burst", NotNegative, "likewise, KiB in one burst"),
        Honoured("quota:vif_outbound_average", NotNegative, "the same from the card"),
        Honoured("quota:vif_outbound_peak", NotNegative, "likewise"),
        Honoured("quota:vif_outbound_burst", NotNegative, "likewise"),
        .. new[] { "cpu", "memory", "disk_io", "vif" }.SelectMany(OfVmware),
        .. SizedResources.Select(name => Honoured($"resources:{name}", Number, "in place of the flavor's size")),
        .. SizedResources.Select(
            name => Lacking($"resources{{group}}:{name}", Number, "groups of resources") with { Asks = IsSome }),
        .. Resources.Select(
            name => Lacking($"resources{{group}}:{name}", Number, "that resource") with { Asks = IsSome }),
        Lacking("resources{group}:CUSTOM_{resource}", Number, "resources of a class of one's own")
            with { Asks = IsSome },
        Lacking("trait{group}:{resource}", TraitValue, "traits") with { Asks = value => value == "required" },
        Idle("group_policy", new OneOf("isolate", "none"), "there are no groups of resources"),
        Lacking("aggregate_instance_extra_specs:{key}", WishValue.Text, "aggregates"),
        .. Capabilities.Select(name => Lacking($"capabilities:{name}", WishValue.Text, "reported capabilities")),
        .. CapabilitiesWithParts.Select(
            name => Lacking($"capabilities:{name}{{filter}}", WishValue.Text, "reported capabilities")),
        Lacking("accel:device_profile", WishValue.Text, "accelerators"),
        Lacking("pci_passthrough:alias", new Format(@"[^:]+:\d+(?:\s*,\s*[^:]+:\d+)*"), "devices to pass through"),
        Idle("vmware:hw_version", WishValue.Text, "of VMware"),
        Idle("vmware:storage_policy", WishValue.Text, "of VMware"),
    ];

    private static IEnumerable<Wish> OfVmware(string what) =>
    [
        Idle($"quota:{what}_limit", NotNegative, "of VMware"),
        Idle($"quota:{what}_reservation", Number, "of VMware"),
        Idle($"quota:{what}_shares_level", Level, "of VMware"),
        Idle($"quota:{what}_shares_share", NotNegative, "of VMware"),
    ];

    private static bool IsSome(string value) => Hardware.Number.Read(value) is not (null or 0);
}
