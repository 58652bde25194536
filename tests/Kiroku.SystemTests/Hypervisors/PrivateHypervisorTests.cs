using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>The contract with real QEMU under a private daemon, and what can happen only there.</summary>
public sealed partial class PrivateHypervisorTests(PrivateHypervisorTests.SharedHost shared)
    : HypervisorContract, IClassFixture<PrivateHypervisorTests.SharedHost>
{
    private PrivateHost Host => shared.Host;

    private protected override Task<LibvirtHypervisor> ConnectAsync() => Task.FromResult(shared.Host.Connect());

    private protected override LibvirtOptions OptionsOfHost => Host.Options;

    private protected override Task<LibvirtAddress> FindDaemonAsync() => Host.Daemon.EnsureAsync(Token);

    [Fact]
    public async Task A_copy_stands_on_no_other_file()
    {
        var disk = await NewDiskAsync();
        await Hypervisor.CopyVolumeAsync(disk, NameOf("copy"), 32 * MiB, null, Token);
        var overlay = await Commands.RunAsync("qemu-img", "info", Host.FileOf(disk));
        var copy = await Commands.RunAsync("qemu-img", "info", Host.FileOf(NameOf("copy")));
        Assert.Contains("backing file:", overlay, StringComparison.Ordinal);
        Assert.Contains("file format: qcow2", copy, StringComparison.Ordinal);
        Assert.DoesNotContain("backing file", copy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_imported_image_is_the_file_byte_for_byte()
    {
        var file = Path.GetTempFileName();
        var bytes = new byte[3 * MiB + 17];
        new Random(1).NextBytes(bytes.AsSpan(0, (int)MiB));
        await File.WriteAllBytesAsync(file, bytes, Token);
        var progress = new Listed();
        await Hypervisor.ImportVolumeAsync(NameOf("raw"), file, VolumeFormat.Raw, progress, Token);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Host.FileOf(NameOf("raw")), Token));
        Assert.Equal(1, progress.Values[^1]);

        await Commands.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", file, "20M");
        await Hypervisor.ImportVolumeAsync(NameOf("raw"), file, VolumeFormat.Qcow2, null, Token);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Host.FileOf(NameOf("raw")), Token));
        await Hypervisor.DeleteVolumeAsync(NameOf("raw"), Token);
        await Hypervisor.ImportVolumeAsync(NameOf("raw"), file, VolumeFormat.Qcow2, null, Token);
        Assert.Equal(20 * MiB, await Hypervisor.GetVolumeSizeAsync(NameOf("raw"), Token));
        await Hypervisor.CreateOverlayAsync(NameOf("disk"), NameOf("raw"), VolumeFormat.Qcow2, 30 * MiB, Token);
        Assert.Equal(30 * MiB, await Hypervisor.GetVolumeSizeAsync(NameOf("disk"), Token));

        await Commands.RunAsync(
            "qemu-img", "create", "-q", "-f", "qcow2", "-b", "/etc/passwd", "-F", "raw", file, "20M");
        var failure = await Assert.ThrowsAsync<HypervisorException>(
            () => Hypervisor.ImportVolumeAsync(NameOf("evil"), file, VolumeFormat.Qcow2, null, Token));
        Assert.Equal(HypervisorFailure.NotSupported, failure.Failure);
        Assert.DoesNotContain(NameOf("evil"), await Hypervisor.ListVolumesAsync(Token));
        File.Delete(file);
    }

    [Fact]
    public async Task The_content_of_a_config_drive_is_overwritten_before_it_is_deleted()
    {
        var drive = NameOf("drive");
        var secret = "the administrator's password"u8.ToArray();
        await Hypervisor.WriteVolumeAsync(drive, [.. secret, .. new byte[(int)MiB - secret.Length]], Token);
        // A process that has the file open still sees its bytes after its name is gone, as the disk below does.
        await using var file = new FileStream(
            Host.FileOf(drive), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await Hypervisor.DeleteVolumeAsync(drive, Token);
        Assert.False(File.Exists(Host.FileOf(drive)));
        var left = new byte[secret.Length];
        await file.ReadExactlyAsync(left, Token);
        Assert.Equal(new byte[secret.Length], left);
    }

    [Fact]
    public async Task A_half_made_volume_is_absent_yet_listed_so_that_it_can_be_swept()
    {
        var disk = await NewDiskAsync();
        await File.WriteAllBytesAsync(Host.FileOf(disk + ".half"), [], Token);
        Assert.Null(await Hypervisor.GetVolumeSizeAsync(disk, Token));
        await Assert.ThrowsAsync<HypervisorException>(
            () => Hypervisor.CopyVolumeAsync(disk, NameOf("copy"), 64 * MiB, null, Token));
        Assert.Contains(disk, await Hypervisor.ListVolumesAsync(Token));
        await Hypervisor.CreateOverlayAsync(disk, NameOf("disk-base"), VolumeFormat.Raw, 8 * MiB, Token);
        Assert.Equal(8 * MiB, await Hypervisor.GetVolumeSizeAsync(disk, Token));
        Assert.False(File.Exists(Host.FileOf(disk + ".half")));
    }

    [Fact]
    public async Task A_disk_that_was_moved_away_fails_the_start_until_it_is_back()
    {
        var machine = await NewMachineAsync();
        var file = Host.FileOf(NameOf("m1"));
        File.Move(file, file + "-away");
        Assert.Null(await Hypervisor.GetVolumeSizeAsync(NameOf("m1"), Token));
        var failure = await Assert.ThrowsAsync<HypervisorException>(() => Hypervisor.StartAsync(machine, Token));
        Assert.Equal(HypervisorFailure.Failed, failure.Failure);
        File.Move(file + "-away", file);
        Assert.Equal(8 * MiB, await Hypervisor.GetVolumeSizeAsync(NameOf("m1"), Token));
        await Hypervisor.StartAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Running);
    }

    [Fact]
    public async Task A_machine_killed_behind_our_back_is_reported()
    {
        await using var changes = Hypervisor.WatchAsync(Token).GetAsyncEnumerator(Token);
        var machine = await NewMachineAsync();
        await Hypervisor.StartAsync(machine, Token);
        await NextAsync(changes, new(machine, MachineState.Running));
        await Commands.SignalAsync("KILL", Host.QemuOf(machine));
        await NextAsync(changes, new(machine, MachineState.Off));
        await ExpectAsync(machine, MachineState.Off);
        await Hypervisor.StartAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Running);
    }

    [Fact]
    public async Task A_hung_machine_can_be_removed_though_somebody_asks_it_to_stop()
    {
        var machine = await NewMachineAsync();
        await Hypervisor.StartAsync(machine, Token);
        await Commands.SignalAsync("STOP", Host.QemuOf(machine));
        using var giveUp = new CancellationTokenSource();
        var stop = Hypervisor.StopAsync(machine, TimeSpan.FromMinutes(5), giveUp.Token);
        Assert.Equal(MachineState.Running, (await Hypervisor.ListMachinesAsync(Token))[machine]);
        var undefine = Hypervisor.UndefineAsync(machine, Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stop);
        await undefine;
        await ExpectAsync(machine, MachineState.Absent);
    }

    [Fact]
    public async Task The_console_file_stays_small_while_its_guest_writes_on()
    {
        var machine = await NewMachineAsync();
        await Hypervisor.StartAsync(machine, Token);
        var file = ConsoleFiles.PathOf(Host.Options.ConsolesFolder, machine);
        await using (var guest = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            await guest.WriteAsync(new byte[3 * MiB], Token);
        new ConsoleFiles(Host.Options).TrimAll();
        Assert.InRange(new FileInfo(file).Length, 1, MiB);
        Assert.Equal(10, (await Hypervisor.ReadConsoleAsync(machine, 10, Token)).Length);
    }

    public sealed class SharedHost : IAsyncLifetime
    {
        internal PrivateHost Host => field ??= new PrivateHost();

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
