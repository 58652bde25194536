using static Kiroku.Hardware.Wish;

namespace Kiroku.Hardware;

/// <summary>
/// The properties of images that Nova gives a meaning to (nova/objects/image_meta.py, ImageMetaProps), and what Kiroku
/// does with each: the one place that says so.
/// </summary>
internal static class ImageWishes
{
    private static readonly YesOrNo YesOrNo = new();
    private static readonly Number Number = new();

    private static readonly OneOf Architecture = new(
        "alpha", "armv6", "armv7l", "armv7b", "aarch64", "cris", "i686", "ia64", "lm32", "m68k", "microblaze",
        "microblazeel", "mips", "mipsel", "mips64", "mips64el", "openrisc", "parisc", "parisc64", "ppc", "ppcle",
        "ppc64", "ppc64le", "ppcemb", "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32", "x86_64",
        "xtensa", "xtensaeb")
    {
        InAnyCase = true,
        Refusal = "Architecture name '{0}' is not valid",
        Older = new Dictionary<string, string>
        {
            ["i386"] = "i686",
            ["i486"] = "i686",
            ["i586"] = "i686",
            ["x86_32"] = "i686",
            ["x86_32p"] = "i686",
            ["amd64"] = "x86_64",
        },
    };

    private static readonly OneOf HypervisorType = new(
        "baremetal", "bhyve", "docker", "fake", "hyperv", "ironic", "kqemu", "kvm", "lxc", "lxd", "openvz", "parallels",
        "phyp", "qemu", "test", "uml", "vbox", "vz", "vmware", "xen", "zvm", "prsm")
    {
        InAnyCase = true,
        Refusal = "Hypervisor virt type '{0}' is not valid",
        Older = new Dictionary<string, string> { ["xapi"] = "xen" },
    };

    private static readonly OneOf Mode = new("hvm", "xen", "uml", "exe")
    {
        InAnyCase = true,
        Refusal = "Virtual machine mode '{0}' is not valid",
        Older = new Dictionary<string, string> { ["pv"] = "xen", ["hv"] = "hvm", ["baremetal"] = "hvm" },
    };

    private static readonly OneOf ScsiModel = new(
        "buslogic", "ibmvscsi", "lsilogic", "lsisas1068", "lsisas1078", "virtio-scsi", "vmpvscsi")
    {
        InAnyCase = true,
        Older = new Dictionary<string, string> { ["lsilogicsas"] = "lsisas1068", ["paravirtual"] = "vmpvscsi" },
    };

    private static readonly OneOf CardModel = new(
        "virtio", "ne2k_pci", "pcnet", "rtl8139", "e1000", "e1000e", "netfront", "spapr-vlan", "lan9118", "sriov",
        "vmxnet", "vmxnet3", "igb")
    {
        InAnyCase = true,
        Older = new Dictionary<string, string>
        {
            ["virtuale1000"] = "e1000",
            ["virtuale1000e"] = "e1000e",
            ["virtualpcnet32"] = "pcnet",
            ["virtualsriovethernetcard"] = "sriov",
            ["virtualvmxnet"] = "vmxnet",
            ["virtualvmxnet3"] = "vmxnet3",
        },
    };

    private static readonly OneOf SignatureHash = new("SHA-224", "SHA-256", "SHA-384", "SHA-512");

    private static readonly OneOf SignatureKey = new(
        "DSA", "ECC_SECP384R1", "ECC_SECP521R1", "ECC_SECT409K1", "ECC_SECT409R1", "ECC_SECT571K1", "ECC_SECT571R1",
        "RSA-PSS");

    public static readonly IReadOnlyList<Wish> All =
    [
        Required("hw_architecture", Architecture, "the host's own architecture; i686, too, where that is x86_64"),
        Lacking("hw_emulation_architecture", Architecture, "an emulated architecture"),
        Honoured("hw_boot_menu", YesOrNo, "the firmware's boot menu"),
        Required("hw_cdrom_bus", OneOf.DiskBus, "makes the config drive a cdrom on that bus, which cannot be virtio"),
        Honoured("hw_cpu_sockets", Number, "how the processors are arranged"),
        Honoured("hw_cpu_cores", Number, "likewise"),
        Honoured("hw_cpu_threads", Number, "likewise"),
        Honoured("hw_cpu_max_sockets", Number, "likewise"),
        Honoured("hw_cpu_max_cores", Number, "likewise"),
        Honoured("hw_cpu_max_threads", Number, "likewise"),
        Lacking("hw_cpu_policy", OneOf.CpuPolicy, "processors for one server alone")
            with { Asks = value => value != "shared" },
        Honoured("hw_cpu_thread_policy", OneOf.ThreadPolicy, "400 unless the processors are dedicated"),
        Lacking("hw_cpu_realtime_mask", WishValue.Text, "real-time processors"),
        Required(
            "hw_disk_bus", OneOf.DiskBus, "the bus of the disks, not fdc; on ide and sata a config drive is a cdrom"),
        Lacking("hw_ephemeral_encryption", YesOrNo, "encrypted disks"),
        Lacking("hw_ephemeral_encryption_format", OneOf.EncryptedDisk, "encrypted disks"),
        Lacking("hw_ephemeral_encryption_secret_uuid", WishValue.Text, "encrypted disks"),
        Lacking("hw_firmware_stateless", YesOrNo, "firmware without variables"),
        Required("hw_firmware_type", new OneOf("uefi", "bios"), "UEFI takes a host with the firmware (Debian: ovmf)"),
        Honoured("hw_input_bus", new OneOf("usb", "virtio"), "a tablet and a keyboard on that bus"),
        Lacking("hw_locked_memory", YesOrNo, "locked memory"),
        Required("hw_machine_type", WishValue.Text, "a machine type of the host's QEMU, such as q35"),
        Lacking("hw_maxphysaddr_bits", Number, "a choice of the width of addresses"),
        Lacking("hw_maxphysaddr_mode", new OneOf("passthrough", "emulate"), "a choice of the width of addresses"),
        Lacking("hw_mem_encryption", YesOrNo, "encrypted memory"),
        Lacking("hw_mem_encryption_model", OneOf.EncryptedMemory, "encrypted memory"),
        Lacking("hw_mem_page_size", WishValue.Text, "large memory pages")
            with { Asks = value => value is not ("small" or "any") },
        Lacking("hw_numa_nodes", Number, "NUMA nodes"),
        Lacking("hw_numa_cpus.{num}", WishValue.Text, "NUMA nodes"),
        Lacking("hw_numa_mem.{num}", Number, "NUMA nodes"),
        Idle("hw_pci_numa_affinity_policy", new OneOf("required", "legacy", "preferred", "socket"), "no PCI devices"),
        Honoured("hw_pmu", YesOrNo, "the processors' event counters"),
        Honoured("hw_pointer_model", new OneOf("usbtablet"), "a tablet"),
        Honoured("hw_qemu_guest_agent", YesOrNo, "the channel of the guest agent, to which Kiroku does not speak"),
        Lacking("hw_redirected_usb_ports", Number, "redirected USB ports") with { Asks = value => value.Trim() != "0" },
        Honoured("hw_rescue_bus", OneOf.DiskBus, "of a rescue image: its disk is added on that bus"),
        Honoured("hw_rescue_device", new OneOf("cdrom", "disk", "floppy", "fs", "lun"), "likewise; cdrom or disk"),
        Honoured("hw_rng_model", new OneOf("virtio"), "every machine has that source of random bytes"),
        Required("hw_scsi_model", ScsiModel, "of disks on that bus; without it virtio-scsi"),
        Honoured("hw_serial_port_count", Number, "one port is there, as of Nova without serial consoles"),
        Required("hw_sound_model", OneOf.SoundModel, "a sound card that nobody hears"),
        Honoured("hw_time_hpet", YesOrNo, "the timer HPET"),
        Lacking("hw_tpm_model", OneOf.TpmModel, "a TPM"),
        Lacking("hw_tpm_version", OneOf.TpmVersion, "a TPM"),
        Honoured("hw_usb_model", OneOf.UsbModel, "the USB controller"),
        Required(
            "hw_video_model", new OneOf("cirrus", "qxl", "vga", "vmvga", "xen", "virtio", "gop", "none", "bochs"),
            "a graphics card that the guest alone sees"),
        Honoured("hw_video_ram", Number, "its memory in MiB, up to the flavor's hw_video:ram_max_mb"),
        Honoured("hw_vif_multiqueue_enabled", YesOrNo, "a queue for each processor, on bridges and libvirt networks"),
        Required("hw_vif_model", CardModel, "the model of the network card"),
        Lacking("hw_viommu_model", OneOf.Iommu, "an IOMMU for guests"),
        Honoured("hw_virtio_packed_ring", YesOrNo, "packed rings of virtio devices"),
        Required("hw_vm_mode", Mode, "hvm"),
        Honoured("hw_watchdog_action", OneOf.WatchdogAction, "a watchdog i6300esb"),
        Idle("hw_auto_disk_config", WishValue.Text, "guests grow their file systems themselves"),
        Idle("hw_device_id", Number, "of Xen"),
        Idle("hw_disk_type", WishValue.Text, "of VMware"),
        Idle("hw_floppy_bus", OneOf.DiskBus, "no floppy disks"),
        Idle("hw_ipxe_boot", YesOrNo, "of Xen"),
        Lacking("img_block_device_mapping", WishValue.Text, "volumes") with { Asks = IsList },
        Lacking("img_mappings", WishValue.Text, "volumes") with { Asks = IsList },
        Idle("img_bdm_v2", YesOrNo, "says how to read a mapping"),
        Idle("img_root_device_name", WishValue.Text, "the bus names the disk"),
        Honoured("img_config_drive", new OneOf("optional", "mandatory"), "mandatory: a config drive in any case"),
        Honoured("img_hide_hypervisor_id", YesOrNo, "the guest does not learn of KVM"),
        Required("img_hv_type", HypervisorType, "qemu, and kvm where the host has it"),
        Required("img_hv_requested_version", new VersionRange(), "the version of the host's QEMU"),
        Lacking("img_signature", WishValue.Text, "checks of images' signatures"),
        Lacking("img_signature_certificate_uuid", WishValue.Text, "checks of images' signatures"),
        Lacking("img_signature_hash_method", SignatureHash, "checks of images' signatures"),
        Lacking("img_signature_key_type", SignatureKey, "checks of images' signatures"),
        Lacking("cinder_encryption_key_id", WishValue.Text, "encrypted volumes"),
        Idle("img_bittorrent", YesOrNo, "of Xen"),
        Idle("img_cache_in_nova", YesOrNo, "of Xen"),
        Idle("img_compression_level", Number, "of Xen"),
        Idle("img_linked_clone", YesOrNo, "of VMware"),
        Idle("img_owner_id", WishValue.Text, "a note"),
        Idle("img_use_agent", YesOrNo, "of Xen"),
        Idle("img_version", Number, "of VMware"),
        Idle("os_admin_user", WishValue.Text, "of changePassword, which Kiroku does not have"),
        Lacking("kernel_id", WishValue.Text, "a start from another image's kernel") with { Asks = IsKernel },
        Lacking("ramdisk_id", WishValue.Text, "a start from another image's kernel") with { Asks = IsKernel },
        Idle("os_command_line", WishValue.Text, "of images with a kernel of their own"),
        Idle("os_distro", WishValue.Text, "a note"),
        Honoured("os_require_quiesce", YesOrNo, "409 for createImage while the server is not stopped"),
        Lacking("os_secure_boot", new OneOf("required", "disabled", "optional"), "secure boot")
            with { Asks = value => value == "required" },
        Honoured("os_shutdown_timeout", WishValue.Text, "seconds for the guest to switch off, up to a day"),
        Idle("os_skip_agent_inject_files_at_boot", YesOrNo, "of Xen"),
        Idle("os_skip_agent_inject_ssh", YesOrNo, "of Xen"),
        Honoured("os_type", new OneOf("linux", "windows") { InAnyCase = true }, "windows: a clock of local time"),
        Lacking("trait:{name}", WishValue.Text, "traits") with { Asks = value => value == "required" },
    ];

    /// <summary>Properties' older names (_legacy_property_map).</summary>
    public static readonly IReadOnlyDictionary<string, string> OlderNames = new Dictionary<string, string>
    {
        ["architecture"] = "hw_architecture",
        ["owner_id"] = "img_owner_id",
        ["vmware_disktype"] = "hw_disk_type",
        ["vmware_image_version"] = "img_version",
        ["vmware_ostype"] = "os_distro",
        ["auto_disk_config"] = "hw_auto_disk_config",
        ["ipxe_boot"] = "hw_ipxe_boot",
        ["xenapi_device_id"] = "hw_device_id",
        ["xenapi_image_compression_level"] = "img_compression_level",
        ["vmware_linked_clone"] = "img_linked_clone",
        ["xenapi_use_agent"] = "img_use_agent",
        ["xenapi_skip_agent_inject_ssh"] = "os_skip_agent_inject_ssh",
        ["xenapi_skip_agent_inject_files_at_boot"] = "os_skip_agent_inject_files_at_boot",
        ["cache_in_nova"] = "img_cache_in_nova",
        ["vm_mode"] = "hw_vm_mode",
        ["bittorrent"] = "img_bittorrent",
        ["mappings"] = "img_mappings",
        ["block_device_mapping"] = "img_block_device_mapping",
        ["bdm_v2"] = "img_bdm_v2",
        ["root_device_name"] = "img_root_device_name",
        ["hypervisor_version_requires"] = "img_hv_requested_version",
        ["hypervisor_type"] = "img_hv_type",
    };

    private static bool IsList(string value) => value.Trim() is not ("" or "[]");

    /// <summary>Some clients write "None" where there is no kernel.</summary>
    private static bool IsKernel(string value) => value.Trim().ToUpperInvariant() is not ("" or "NONE");
}
