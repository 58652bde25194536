using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>Real machines with the hardware that images and flavors ask for, each test's on its own disks.</summary>
public sealed class HardwareTests(HardwareTests.SharedHost shared)
    : IAsyncLifetime, IClassFixture<HardwareTests.SharedHost>
{
    private const string Firmware = "/usr/share/qemu/firmware/60-edk2-x86_64.json";
    private const long MiB = 1 << 20;

    private readonly PrivateHost host = shared.Host;
    private readonly Guid machine = Guid.NewGuid();
    private LibvirtHypervisor hypervisor = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private MachineSpec Spec => new(machine, "hardware", 2, 96, "disk");

    public async ValueTask InitializeAsync()
    {
        RealParts.Require(GuestImage.File);
        hypervisor = host.Connect();
        await hypervisor.Connected.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await hypervisor.ImportVolumeAsync("base", GuestImage.File, VolumeFormat.Qcow2, null, Token);
        await hypervisor.CreateOverlayAsync("disk", "base", VolumeFormat.Qcow2, 40 * MiB, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (hypervisor is not null)
        {
            await hypervisor.UndefineAsync(machine, CancellationToken.None);
            foreach (var volume in await hypervisor.ListVolumesAsync(CancellationToken.None))
                await hypervisor.DeleteVolumeAsync(volume, CancellationToken.None);
            await hypervisor.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_host_tells_what_it_has()
    {
        var has = await hypervisor.GetAbilitiesAsync(Token);
        Assert.Contains("x86_64", has.Architectures);
        Assert.Contains("qemu", has.Kinds);
        Assert.Superset(new HashSet<string> { "pc", "q35" }, has.MachineTypes.ToHashSet());
        Assert.Superset(new HashSet<string> { "ide", "sata", "scsi", "usb", "virtio" }, has.DiskBuses.ToHashSet());
        Assert.DoesNotContain("fdc", has.DiskBuses);
        Assert.Superset(new HashSet<string> { "cirrus", "none", "vga", "virtio" }, has.VideoModels.ToHashSet());
        Assert.Equal(File.Exists(Firmware), has.HasUefi);
        Assert.False(has.LimitsCpu);
        Assert.Equal((await hypervisor.GetCapacityAsync(Token)).HypervisorVersion, has.Version);
        // Libvirt looks at all of QEMU's programs each time, so it is asked once.
        Assert.Same(has, await hypervisor.GetAbilitiesAsync(Token));
    }

    [Theory]
    [InlineData("sata", "ide-hd", "ahci")]
    [InlineData("virtio", "virtio-blk-pci")]
    public Task A_guest_boots_from_a_disk_on_its_bus(string bus, params string[] devices)
        => BootAsync(bus, devices);

    [LongTheory("each boots a guest")]
    [InlineData("ide", "ide-hd")]
    [InlineData("scsi", "scsi-hd", "virtio-scsi-pci")]
    [InlineData("usb", "usb-storage", "qemu-xhci")]
    public Task A_guest_boots_from_a_disk_on_each_other_bus(string bus, params string[] devices)
        => BootAsync(bus, devices);

    [Theory]
    [InlineData("lsilogic", "lsi53c895a", "lsi")]
    [InlineData("lsisas1068", "mptsas1068")]
    [InlineData("lsisas1078", "megasas")]
    [InlineData("vmpvscsi", "pvscsi")]
    public async Task A_machine_starts_with_each_scsi_model_that_the_host_has(string model, params string[] devices)
    {
        Assert.Contains(model, (await hypervisor.GetAbilitiesAsync(Token)).ScsiModels);
        await StartAsync(new() { DiskBus = "scsi", ScsiModel = model });
        Assert.Contains(devices, device => Command.Contains($"\"driver\":\"{device}\"", StringComparison.Ordinal));
    }

    [LongFact("it starts a machine for each of twenty models; the test below has one of each kind")]
    public async Task A_machine_starts_with_each_card_sound_and_graphics_that_the_host_has()
    {
        var has = await hypervisor.GetAbilitiesAsync(Token);
        foreach (var card in has.CardModels)
            await StartAsync(new() { CardModel = card });
        foreach (var sound in has.SoundModels)
            await StartAsync(new() { SoundModel = sound });
        // QEMU of Debian has its graphics in packages of their own.
        foreach (var video in has.VideoModels.Intersect(["bochs", "cirrus", "none", "vga", "vmvga"]))
            await StartAsync(new() { VideoModel = video, VideoMiB = 16 });
    }

    [Theory]
    [InlineData("ide")]
    [InlineData("sata")]
    [InlineData("scsi")]
    [InlineData("usb")]
    public async Task A_machine_starts_with_its_config_drive_as_a_cdrom_on_each_bus(string bus)
    {
        await hypervisor.WriteVolumeAsync("config", new byte[MiB], Token);
        foreach (var disks in (string[])["virtio", "scsi", "sata"])
            await StartAsync(new() { DiskBus = disks, CdromBus = bus }, Spec with { ConfigVolume = "config" });
    }

    [Fact]
    public async Task A_guest_runs_with_all_at_once_and_goes_on_from_its_saved_memory()
    {
        await StartAsync(new()
        {
            MachineType = "q35",
            CardModel = "e1000",
            HasPackedRings = true,
            HasCardQueues = true,
            VideoModel = "vga",
            VideoMiB = 16,
            RandomBytes = 4096,
            RandomPeriod = 500,
            HasAgent = true,
            HasTablet = true,
            InputBus = "virtio",
            HasBootMenu = true,
            WatchdogAction = "poweroff",
            Shape = new CpuShape(1, 2, 1),
            HasPmu = false,
            HasHpet = true,
            HasLocalClock = true,
            SoundModel = "ich9",
            UsbModel = "nec-xhci",
            HidesKvm = true,
            Limits = new MachineLimits
            {
                CpuShares = 100,
                DiskBytes = new Flow(0, 0, 100 * MiB),
                DiskOperations = new Flow(10_000, 10_000, 0),
                Inbound = new Bandwidth(1, 2, 3),
            },
        });
        AssertDevices("e1000", "VGA", "virtio-rng-pci", "virtserialport", "virtio-tablet-pci", "virtio-keyboard-pci",
            "i6300esb", "ich9-intel-hda", "nec-usb-xhci");
        Assert.Contains("cores=2", Command, StringComparison.Ordinal);
        Assert.Contains("org.qemu.guest_agent.0", Command, StringComparison.Ordinal);
        Assert.Contains("q35", Command, StringComparison.Ordinal);
        Assert.Contains("restrict=on", Command, StringComparison.Ordinal);
        Assert.Equal(2, (await ReadyAsync()).Vcpus);
        await hypervisor.SuspendAsync(machine, Token);
        await hypervisor.ContinueAsync(machine, Token);
        Assert.Equal(MachineState.Running, await hypervisor.GetStateAsync(machine, Token));
        await hypervisor.StopAsync(machine, TimeSpan.FromSeconds(20), Token);
        Assert.Contains("KIROKU POWEROFF", await ConsoleAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_may_have_no_source_of_random_bytes()
    {
        await StartAsync(new() { HasNoRandomSource = true });
        Assert.DoesNotContain("virtio-rng", Command, StringComparison.Ordinal);
    }

    [LongTheory("UEFI takes a minute to start; ImagePropertiesTests starts one server")]
    [InlineData(null)]
    [InlineData("q35")]
    public async Task A_machine_starts_under_UEFI_and_leaves_no_variables_behind(string? type)
    {
        RealParts.Require(Firmware);
        await StartAsync(new() { IsUefi = true, MachineType = type });
        await Poll.UntilAsync(
            "UEFI", async () => (await ConsoleAsync()).Contains("BdsDxe", StringComparison.Ordinal),
            TimeSpan.FromSeconds(90), ConsoleAsync);
        Assert.NotEmpty(Variables());
        await hypervisor.StopAsync(machine, TimeSpan.Zero, Token);
        await hypervisor.DefineAsync(Spec with { Hardware = new() { IsUefi = true, MachineType = type } }, Token);
        Assert.NotEmpty(Variables());
        await hypervisor.StartAsync(machine, Token);
        await hypervisor.UndefineAsync(machine, Token);
        Assert.Empty(Variables());
    }

    [Fact]
    public async Task A_machine_that_had_UEFI_once_leaves_no_variables_behind_either()
    {
        RealParts.Require(Firmware);
        await StartAsync(new() { IsUefi = true });
        // As rebuilt from another image, and started twice since.
        for (var start = 1; start <= 2; start++)
        {
            await StartAsync(new() { HasAgent = true });
            Assert.NotEmpty(Variables());
        }
        await hypervisor.UndefineAsync(machine, Token);
        Assert.Empty(Variables());
        Assert.Equal(MachineState.Absent, await hypervisor.GetStateAsync(machine, Token));
    }

    [Theory]
    [InlineData("disk", null)]
    [InlineData("cdrom", "sata")]
    public async Task A_rescued_machine_starts_from_its_second_disk(string device, string? bus)
    {
        var file = Path.GetTempFileName();
        await using (var empty = File.OpenWrite(file)) empty.SetLength(4 * MiB);
        await hypervisor.ImportVolumeAsync("nothing", file, VolumeFormat.Raw, null, Token);
        File.Delete(file);
        await hypervisor.CreateOverlayAsync("root", "nothing", VolumeFormat.Raw, 8 * MiB, Token);
        // A cdrom boots by a standard of its own, which the guest's image does not follow.
        var hardware = new MachineHardware { RescueDevice = device, RescueBus = bus };
        await StartAsync(hardware, Spec with { RootVolume = "root", SecondVolume = "disk" });
        AssertDevices(device == "cdrom" ? "ide-cd" : "virtio-blk-pci");
        if (device == "disk")
            Assert.Equal(2, (await ReadyAsync()).Disks);
    }

    private string Command => File.ReadAllText($"/proc/{host.QemuOf(machine)}/cmdline").Replace('\0', ' ');

    private async Task StartAsync(MachineHardware hardware, MachineSpec? spec = null)
    {
        await hypervisor.StopAsync(machine, TimeSpan.Zero, Token);
        await hypervisor.DefineAsync((spec ?? Spec) with { Hardware = hardware }, Token);
        await hypervisor.StartAsync(machine, Token);
        Assert.Equal(MachineState.Running, await hypervisor.GetStateAsync(machine, Token));
    }

    private async Task BootAsync(string bus, string[] devices)
    {
        await hypervisor.WriteVolumeAsync("config", new byte[MiB], Token);
        await StartAsync(new() { DiskBus = bus }, Spec with { ConfigVolume = "config" });
        AssertDevices(devices);
        // The guest's kernel has no driver but for virtio, so it comes up and finds no disk on others.
        var ready = await ReadyAsync();
        Assert.Equal(bus == "virtio", ready.DiskId != "none");
    }

    private void AssertDevices(params string[] devices)
    {
        var command = Command;
        Assert.All(
            devices, device => Assert.Contains($"\"driver\":\"{device}\"", command, StringComparison.Ordinal));
    }

    private Task<string> ConsoleAsync() => hypervisor.ReadConsoleAsync(machine, (int)MiB, Token);

    private Task<Guest> ReadyAsync() => Poll.ForAsync(
        "the guest", async () => Guest.ReadAll(await ConsoleAsync()) is [.., var last] ? last : null,
        explain: ConsoleAsync);

    private IEnumerable<string> Variables() => Directory.EnumerateFiles(
        host.Options.Folder, $"*{machine}*_VARS*", SearchOption.AllDirectories);

    /// <summary>The host that all these tests share.</summary>
    public sealed class SharedHost : IAsyncLifetime
    {
        internal PrivateHost Host => field ??= new PrivateHost();

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
