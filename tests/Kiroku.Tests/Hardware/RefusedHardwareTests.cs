using Kiroku.Api;
using Kiroku.Hardware;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Scheduling;

namespace Kiroku.Tests.Hardware;

/// <summary>What images and flavors cannot ask for, and what no host has.</summary>
public sealed class RefusedHardwareTests
{
    private static readonly HostAbilities Host = AbilityXml.Everything("x86_64") with
    {
        Kinds = ["qemu"],
        Version = "7.2.18",
        MachineTypes = ["pc", "q35"],
    };

    [Theory]
    [InlineData("hw_disk_bus=floppydisk", "", "Invalid image metadata. Error: Field value floppydisk is invalid")]
    [InlineData("hw_architecture=bogus", "", "Invalid image metadata. Error: Architecture name 'bogus' is not valid")]
    [InlineData("architecture=bogus", "", "Invalid image metadata. Error: Architecture name 'bogus' is not valid")]
    [InlineData("hypervisor_type=a", "", "Invalid image metadata. Error: Hypervisor virt type 'a' is not valid")]
    [InlineData("vm_mode=a", "", "Invalid image metadata. Error: Virtual machine mode 'a' is not valid")]
    [InlineData("hw_video_ram=a", "", "Invalid image metadata. Error: invalid literal for int() with base 10: 'a'")]
    [InlineData("hypervisor_version_requires=7", "",
        "Invalid image metadata. Error: Version 7 is not a valid predicate in field img_hv_requested_version")]
    [InlineData("img_config_drive=a", "", "Image's config drive option 'a' is invalid")]
    [InlineData("", "hw:cpu_cores=a",
        "Invalid flavor extra spec. Error: hw:cpu_cores: 'a' is not a valid integer value.")]
    [InlineData("", "hw:cpu_max_sockets=1 hw:cpu_max_cores=3 hw:cpu_max_threads=1",
        "Requested vCPU limits 1:3:1 are impossible to satisfy for vcpus count 4")]
    [InlineData("hw_cpu_max_cores=3", "hw:cpu_max_cores=2", "Image vCPU topology limits (sockets=0, cores=3, threads=0)"
        + " exceeds the limits of the flavor (sockets=0, cores=2, threads=0)")]
    [InlineData("hw_cpu_cores=3", "hw:cpu_max_cores=2", "Image vCPU topology (sockets=0, cores=3, threads=0) exceeds "
        + "the limits of the flavor or image (sockets=65536, cores=2, threads=65536)")]
    [InlineData("hw_pmu=off", "hw:pmu=on", "Flavor f has hw:pmu extra spec explicitly set to True, conflicting with "
        + "image i which has hw_pmu explicitly set to False.")]
    [InlineData("hw_virtio_packed_ring=off", "hw:virtio_packed_ring=on", "Flavor has hw:virtio_packed_ring extra spec "
        + "explicitly set to True, conflicting with image which has hw_virtio_packed_ring explicitly set to False.")]
    [InlineData("hw_serial_port_count=2", "hw:serial_port_count=1",
        "Forbidden to exceed flavor value of number of serial ports passed in image meta.")]
    [InlineData("hw_cpu_thread_policy=prefer", "",
        "Cannot set cpu thread pinning policy in a non dedicated cpu pinning policy")]
    [InlineData("hw_cpu_policy=dedicated", "hw:cpu_policy=shared",
        "Image property 'hw_cpu_policy' is not permitted to override CPU pinning policy set against the flavor")]
    [InlineData("", "quota:disk_total_iops_sec=1 quota:disk_read_iops_sec=1", "Invalid flavor extra spec. Error: "
        + "quota:disk_total_iops_sec cannot be set beside the limits of reading and writing.")]
    public void What_makes_no_sense_is_refused_in_Novas_words(string image, string flavor, string message)
    {
        var wishes = new Wishes(Read(image), Read(flavor), 4);
        var fault = Assert.Throws<Fault>(() => HardwareCheck.Require(wishes, "i", "f"));
        Assert.Equal((400, message), (fault.Status, fault.Message));
    }

    [Theory]
    [InlineData("os_secure_boot=required", "", "No host has secure boot, for which os_secure_boot asks.")]
    [InlineData("", "os:secure_boot=required", "No host has secure boot, for which os:secure_boot asks.")]
    [InlineData("img_signature=abc", "", "No host has checks of images' signatures, for which img_signature asks.")]
    [InlineData("cinder_encryption_key_id=a", "", "No host has encrypted volumes, for which cinder_encryption_key_id "
        + "asks.")]
    [InlineData("hw_architecture=aarch64", "", "No host offers hw_architecture=aarch64.")]
    [InlineData("hypervisor_type=xen", "", "No host offers img_hv_type=xen.")]
    [InlineData("hypervisor_version_requires=>=8", "", "No host offers img_hv_requested_version=>=8.")]
    [InlineData("vm_mode=pv", "", "No host offers hw_vm_mode=pv.")]
    [InlineData("hw_disk_bus=fdc", "", "No host offers hw_disk_bus=fdc.")]
    [InlineData("hw_cdrom_bus=virtio", "", "No host offers hw_cdrom_bus=virtio.")]
    [InlineData("hw_firmware_type=uefi", "", "No host offers hw_firmware_type=uefi.")]
    [InlineData("hw_machine_type=bogus", "", "No host offers hw_machine_type=bogus.")]
    [InlineData("hw_vif_model=igb", "", "No host offers hw_vif_model=igb.")]
    [InlineData("hw_scsi_model=buslogic", "", "No host offers hw_scsi_model=buslogic.")]
    [InlineData("hw_video_model=gop", "", "No host offers hw_video_model=gop.")]
    [InlineData("hw_sound_model=virtio", "", "No host offers hw_sound_model=virtio.")]
    [InlineData("", "hw:sound_model=virtio", "No host offers hw:sound_model=virtio.")]
    [InlineData("hw_video_ram=9", "hw_video:ram_max_mb=8", "The requested amount of video memory 9 is higher than the "
        + "maximum allowed by flavor 8.")]
    [InlineData("trait:HW_CPU_X86_AVX=required", "", "No host has traits, for which trait:HW_CPU_X86_AVX asks.")]
    [InlineData("hw_numa_cpus.0=1", "", "No host has NUMA nodes, for which hw_numa_cpus.0 asks.")]
    [InlineData("kernel_id=a", "", "No host has a start from another image's kernel, for which kernel_id asks.")]
    [InlineData("block_device_mapping=[{}]", "", "No host has volumes, for which img_block_device_mapping asks.")]
    [InlineData("", "hw:cpu_policy=dedicated", "No host has processors for one server alone, for which hw:cpu_policy "
        + "asks.")]
    [InlineData("", "quota:cpu_shares=1", "No host offers quota:cpu_shares=1.")]
    [InlineData("", "trait1:CUSTOM_A=required", "No host has traits, for which trait1:CUSTOM_A asks.")]
    [InlineData("", "resources:VGPU=1", "No host has that resource, for which resources:VGPU asks.")]
    [InlineData("", "resources1:VCPU=1", "No host has groups of resources, for which resources1:VCPU asks.")]
    [InlineData("", "capabilities:cpu_info:arch=x", "No host has reported capabilities, for which "
        + "capabilities:cpu_info:arch asks.")]
    [InlineData("", "aggregate_instance_extra_specs:a=b", "No host has aggregates, for which "
        + "aggregate_instance_extra_specs:a asks.")]
    public void What_no_host_has_is_said(string image, string flavor, string sentence)
    {
        var wishes = new Wishes(Read(image), Read(flavor), 4);
        HardwareCheck.Require(wishes, "i", "f");
        Assert.Contains(sentence, Unmet(wishes, Host));
    }

    [Theory]
    [InlineData("hypervisor_type=QEMU hypervisor_version_requires=>=6.0,<8.0 architecture=AMD64 vm_mode=hv", "")]
    [InlineData("hw_disk_bus=scsi hw_vif_model=e1000 hw_machine_type=q35 hw_video_model=virtio", "")]
    [InlineData("hw_firmware_type=bios", "")]
    [InlineData("os_secure_boot=required", "os:secure_boot=disabled")]
    [InlineData("os_secure_boot=optional hw_mem_encryption=false kernel_id=None trait:A=forbidden", "")]
    [InlineData("hw_video_ram=8", "hw_video:ram_max_mb=8")]
    [InlineData("", "hw:cpu_policy=shared hw:mem_page_size=small trait:A=forbidden resources:PCPU=0 resources:VCPU=0")]
    [InlineData("", "other:a=b c=d vmware:hw_version=3 quota:cpu_limit=3 hw:unknown=1")]
    public void What_a_host_has_suits_and_what_means_nothing_too(string image, string flavor)
        => Assert.Empty(Unmet(new Wishes(Read(image), Read(flavor), 4), Host));

    [Fact]
    public void A_host_that_does_not_say_what_it_has_gets_no_server_that_asks_for_something()
    {
        var unknown = Unmet(new Wishes(Read("hw_qemu_guest_agent=yes"), Read(""), 4), null);
        Assert.Equal(["No host is known to give machines other hardware than its own choice."], unknown);
        Assert.Empty(Unmet(new Wishes(Read("os_distro=debian"), Read(""), 4), null));
    }

    [Fact]
    public void A_rescue_image_cannot_be_a_cdrom_on_virtio()
    {
        var fault = Assert.Throws<Fault>(
            () => HardwareCheck.RequireRescue(Read("hw_rescue_device=cdrom hw_rescue_bus=virtio")));
        Assert.Equal((400, "Requested rescue bus 'virtio' has no cdrom: leave it out, or rescue with a disk"),
            (fault.Status, fault.Message));
        HardwareCheck.RequireRescue(Read("hw_rescue_device=disk hw_rescue_bus=virtio"));
    }

    [Fact]
    public void No_flavor_takes_long_to_check()
    {
        HardwareCheck.Require(new Wishes(Read(""), Read(""), int.MaxValue), "i", "f");
        HardwareCheck.Require(new Wishes(Read(""), Read("hw:cpu_max_threads=2"), 2_095_133_040), "i", "f");
        var text = string.Concat(Enumerable.Repeat(",1-1", 60));
        Assert.NotNull(FlavorSpecs.Find("hw:cpu_realtime_mask")!.Value.RefusalInFlavor($"1{text}!"));
    }

    [Fact]
    public void Names_are_listed_once()
    {
        Assert.Distinct(ImageWishes.All.Select(wish => wish.Name));
        Assert.Distinct(FlavorWishes.All.Select(wish => wish.Name));
        Assert.Empty(ImageWishes.OlderNames.Values.Except(ImageWishes.All.Select(wish => wish.Name)));
    }

    private static List<string> Unmet(Wishes wishes, HostAbilities? abilities)
    {
        var host = new HostState("a", "nova", Claim.None, Claim.None) { Abilities = abilities };
        return [.. HostDemands.Of(wishes).Where(demand => !demand.IsMetBy(host)).Select(demand => demand.Sentence)];
    }

    private static Dictionary<string, string> Read(string pairs)
        => pairs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
}
