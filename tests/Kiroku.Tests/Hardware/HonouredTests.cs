using System.Xml.Linq;
using System.Xml.XPath;
using Kiroku.Hardware;

namespace Kiroku.Tests.Hardware;

/// <summary>What images and flavors ask for reaches the machine's definition.</summary>
public sealed class HonouredTests
{
    private const string AsBefore =
        """
        <domain type="kvm"><name>kiroku-a</name><uuid>11111111-2222-3333-4444-555555555555</uuid><title>a</title>
        <memory unit="MiB">96</memory><vcpu>4</vcpu><os><type>hvm</type><boot dev="hd" /></os><features><acpi />
        </features><cpu mode="host-passthrough" /><clock offset="utc" /><on_poweroff>destroy</on_poweroff>
        <on_reboot>restart</on_reboot><on_crash>destroy</on_crash><pm><suspend-to-mem enabled="no" />
        <suspend-to-disk enabled="no" /></pm><devices><disk type="file" device="disk">
        <driver name="qemu" type="qcow2" /><source file="/k/volumes/root" /><target dev="vda" bus="virtio" /></disk>
        <disk type="file" device="disk"><driver name="qemu" type="qcow2" /><source file="/k/volumes/second" />
        <target dev="vdb" bus="virtio" /></disk><disk type="file" device="disk"><driver name="qemu" type="raw" />
        <source file="/k/volumes/config" /><target dev="vdz" bus="virtio" /><readonly /></disk>
        <interface type="bridge"><mac address="MAC" /><source bridge="br0" /><model type="virtio" /></interface>
        <controller type="usb" model="none" /><serial type="file">
        <source path="/k/consoles/11111111-2222-3333-4444-555555555555.log" append="on" /><target port="0" />
        </serial><rng model="virtio"><backend model="random">/dev/urandom</backend></rng><memballoon model="none" />
        </devices></domain>
        """;

    /// <summary>Properties of images that have their effect elsewhere than in the definition.</summary>
    private static readonly string[] Elsewhere =
    [
        "hw_architecture", "hw_cpu_thread_policy", "hw_rescue_bus", "hw_rescue_device", "hw_rng_model",
        "hw_serial_port_count", "hw_vm_mode", "img_config_drive", "img_hv_type", "img_hv_requested_version",
        "os_require_quiesce", "os_shutdown_timeout", "hw:cpu_thread_policy", "hw:serial_port_count",
        "hw_video:ram_max_mb", "resources:VCPU", "resources:MEMORY_MB", "resources:DISK_GB",
    ];

    public static TheoryData<string, string> OfImages => new()
    {
        { "hw_boot_menu=true", "os/bootmenu[@enable='yes']" },
        { "hw_cdrom_bus=sata", "devices/disk[@device='cdrom'][readonly]/target[@dev='sdc'][@bus='sata']" },
        { "hw_cpu_sockets=2", "cpu/topology[@sockets='2'][@cores='2'][@threads='1']" },
        { "hw_cpu_cores=4", "cpu/topology[@sockets='1'][@cores='4'][@threads='1']" },
        { "hw_cpu_threads=2", "cpu/topology[@sockets='2'][@cores='1'][@threads='2']" },
        { "hw_cpu_max_sockets=1", "cpu/topology[@sockets='1'][@cores='4'][@threads='1']" },
        { "hw_cpu_max_cores=1", "cpu/topology[@sockets='4'][@cores='1'][@threads='1']" },
        { "hw_cpu_max_threads=1", "cpu/topology[@sockets='4'][@cores='1'][@threads='1']" },
        { "hw_disk_bus=scsi", "devices[disk[1]/target[@dev='sda'][@bus='scsi']][disk[3]/target[@dev='sdc']]"
            + "/controller[@type='scsi'][@model='virtio-scsi']" },
        { "hw_disk_bus=ide", "devices[disk[1]/target[@dev='hda'][@bus='ide']]/disk[2]/target[@dev='hdb']" },
        { "hw_disk_bus=sata", "devices/disk[@device='cdrom'][readonly]/target[@dev='sdc'][@bus='sata']" },
        { "hw_disk_bus=usb", "devices[not(controller[@model='none'])][controller[@model='qemu-xhci']]"
            + "/disk[1]/target[@dev='sda'][@bus='usb']" },
        { "vmware_adaptertype=lsiLogic", "devices/controller[@type='scsi'][@model='lsilogic']" },
        { "hw_disk_bus=scsi hw_scsi_model=LSILogicSAS", "devices/controller[@type='scsi'][@model='lsisas1068']" },
        { "hw_firmware_type=uefi", "os[@firmware='efi']" },
        { "hw_input_bus=virtio", "devices[input[@type='tablet'][@bus='virtio']]/input[@type='keyboard']" },
        { "hw_machine_type=q35", "os/type[@machine='q35']" },
        { "hw_pmu=off", "features/pmu[@state='off']" },
        { "hw_pointer_model=usbtablet", "devices[input[@type='tablet'][@bus='usb']]/controller[@model='qemu-xhci']" },
        { "hw_qemu_guest_agent=yes", "devices/channel/target[@name='org.qemu.guest_agent.0']" },
        { "hw_sound_model=ich9", "devices/sound[@model='ich9']" },
        { "hw_time_hpet=true", "clock/timer[@name='hpet'][@present='yes']" },
        { "hw_usb_model=nec-xhci", "devices/controller[@type='usb'][@model='nec-xhci']" },
        { "hw_video_model=vga", "devices/video/model[@type='vga'][not(@vram)]" },
        { "hw_video_model=none hw_video_ram=8", "devices/video/model[@type='none'][not(@vram)]" },
        { "hw_video_ram=8", "devices/video/model[@type='vga'][@vram='8192']" },
        { "hw_vif_model=VirtualE1000", "devices/interface/model[@type='e1000']" },
        { "hw_vif_multiqueue_enabled=true", "devices/interface/driver[@queues='4']" },
        { "hw_virtio_packed_ring=true", "devices[disk/driver[@packed='on']][rng/driver[@packed='on']]"
            + "/interface/driver[@packed='on']" },
        { "hw_watchdog_action=reset", "devices/watchdog[@model='i6300esb'][@action='reset']" },
        { "img_hide_hypervisor_id=true", "features/kvm/hidden[@state='on']" },
        { "os_type=Windows", "clock[@offset='localtime']" },
    };

    public static TheoryData<string, string> OfFlavors => new()
    {
        { "hw:boot_menu=1", "os/bootmenu" },
        { "hw:cpu_sockets=1", "cpu/topology[@sockets='1']" },
        { "hw:cpu_cores=2", "cpu/topology[@cores='2']" },
        { "hw:cpu_threads=4", "cpu/topology[@threads='4']" },
        { "hw:cpu_max_sockets=2", "cpu/topology[@sockets='2']" },
        { "hw:cpu_max_cores=2", "cpu/topology[@sockets='4'][@cores='1']" },
        { "hw:cpu_max_threads=2", "cpu/topology[@sockets='4'][@threads='1']" },
        { "hw:hide_hypervisor_id=true", "features/kvm/hidden" },
        { "hide_hypervisor_id=true", "features/kvm/hidden" },
        { "hw:pmu=true", "features/pmu[@state='on']" },
        { "hw:sound_model=ac97", "devices/sound[@model='ac97']" },
        { "hw:usb_model=qemu-xhci", "devices/controller[@type='usb'][@model='qemu-xhci']" },
        { "hw:vif_multiqueue_enabled=true", "devices/interface/driver[@queues='4']" },
        { "hw:virtio_packed_ring=true", "devices/interface/driver[@packed='on']" },
        { "hw:watchdog_action=poweroff", "devices/watchdog[@action='poweroff']" },
        { "hw_rng:allowed=false", "devices[not(rng)]" },
        { "hw_rng:rate_bytes=1024", "devices/rng/rate[@bytes='1024'][not(@period)]" },
        { "hw_rng:rate_bytes=1024 hw_rng:rate_period=500", "devices/rng/rate[@period='500']" },
        { "quota:cpu_shares=512", "cputune/shares[.='512']" },
        { "quota:cpu_period=100000", "cputune/period[.='100000']" },
        { "quota:cpu_quota=-1", "cputune/quota[.='-1']" },
        { "quota:disk_read_bytes_sec=1", "devices/disk[1]/iotune/read_bytes_sec[.='1']" },
        { "quota:disk_read_iops_sec=2", "devices/disk[1]/iotune/read_iops_sec[.='2']" },
        { "quota:disk_write_bytes_sec=3", "devices/disk[2]/iotune/write_bytes_sec[.='3']" },
        { "quota:disk_write_iops_sec=4", "devices[not(disk[3]/iotune)]/disk[2]/iotune/write_iops_sec[.='4']" },
        { "quota:disk_total_bytes_sec=5", "devices/disk[1]/iotune/total_bytes_sec[.='5']" },
        { "quota:disk_total_iops_sec=6", "devices/disk[1]/iotune/total_iops_sec[.='6']" },
        { "quota:vif_inbound_average=7", "devices/interface/bandwidth[not(outbound)]/inbound[@average='7']" },
        { "quota:vif_inbound_average=7 quota:vif_inbound_peak=8", "devices/interface/bandwidth/inbound[@peak='8']" },
        { "quota:vif_inbound_average=7 quota:vif_inbound_burst=9", "devices/interface/bandwidth/inbound[@burst='9']" },
        { "quota:vif_outbound_average=7", "devices/interface/bandwidth/outbound[@average='7']" },
        { "quota:vif_outbound_average=7 quota:vif_outbound_peak=8", "devices/interface/bandwidth/outbound[@peak='8']" },
        { "quota:vif_outbound_average=7 quota:vif_outbound_burst=9",
            "devices/interface/bandwidth/outbound[@burst='9']" },
    };

    [Fact]
    public void A_machine_of_which_nothing_is_asked_is_defined_as_ever()
    {
        var nothing = new Dictionary<string, string> { ["os_distro"] = "debian", ["mine"] = "a" };
        var made = MadeXml.Of(nothing, new Dictionary<string, string> { ["a:b"] = "c", ["hw:cpu_policy"] = "shared" });
        var mac = (string)made.XPathSelectElement("devices/interface/mac")!.Attribute("address")!;
        Assert.Equal(
            AsBefore.ReplaceLineEndings("").Replace("MAC", mac, StringComparison.Ordinal),
            made.ToString(SaveOptions.DisableFormatting));
    }

    [Theory]
    [MemberData(nameof(OfImages))]
    public void A_property_of_an_image_changes_the_machine(string properties, string path)
        => AssertChanged(MadeXml.Of(Read(properties), new Dictionary<string, string>()), path);

    [Theory]
    [MemberData(nameof(OfFlavors))]
    public void An_extra_spec_of_a_flavor_changes_the_machine(string specs, string path)
        => AssertChanged(MadeXml.Of(new Dictionary<string, string>(), Read(specs)), path);

    [Fact]
    public void Everything_that_is_honoured_has_an_example()
    {
        var shown = OfImages.Concat(OfFlavors).SelectMany(row => Read(row.Data.Item1).Keys);
        var honoured = ImageWishes.All.Concat(FlavorWishes.All)
            .Where(wish => wish.Effect is WishEffect.Honoured or WishEffect.Required)
            .Select(wish => wish.Name).ToList();
        Assert.Empty(honoured.Except(shown).Except(Elsewhere));
        Assert.Empty(Elsewhere.Except(honoured));
    }

    [Fact]
    public void The_image_decides_where_the_flavor_says_something_else()
    {
        var made = MadeXml.Of(Read("hw_watchdog_action=none"), Read("hw:watchdog_action=reset"));
        AssertChanged(made, "devices/watchdog[@action='none']");
        Assert.Null(MadeXml.Of(Read("hw_watchdog_action=disabled"), Read("hw:watchdog_action=reset"))
            .XPathSelectElement("devices/watchdog"));
    }

    [Fact]
    public void A_card_of_QEMUs_own_network_has_neither_queues_nor_a_limit()
    {
        var made = MadeXml.Of(
            Read("hw_vif_multiqueue_enabled=true"), Read("quota:vif_inbound_average=7"), "isolated", "qemu");
        Assert.Null(made.XPathSelectElement("devices/interface/driver | devices/interface/bandwidth"));
    }

    [Fact]
    public void A_card_has_no_more_queues_than_Linux_gives_it()
        => AssertChanged(
            XElement.Parse(MadeXml.Of(new() { HasCardQueues = true }, vcpus: 300)),
            "devices/interface/driver[@queues='256']");

    [Fact]
    public void A_rescue_image_that_names_a_device_leaves_the_root_disk_in_its_place()
    {
        var own = new Wishes(Read("hw_disk_bus=scsi"), new Dictionary<string, string>(), 4);
        var made = XElement.Parse(MadeXml.Of(ChosenHardware.OfRescue(own, Read("hw_rescue_device=cdrom"))));
        AssertChanged(made, "devices/disk[1][target[@dev='sda']]/boot[@order='2']");
        AssertChanged(made, "devices/disk[2][@device='cdrom'][target[@dev='hdb']]/boot[@order='1']");
        Assert.Null(made.XPathSelectElement("os/boot"));
        Assert.Null(ChosenHardware.OfRescue(own, Read("hw_disk_bus=ide")));
    }

    private static void AssertChanged(XElement made, string path)
        => Assert.True(made.XPathSelectElement(path) is not null, $"{path} is not in {made}");

    private static Dictionary<string, string> Read(string pairs)
        => pairs.Split(' ').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
