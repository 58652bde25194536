using System.Buffers.Binary;
using System.Text;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.Hypervisors.Libvirt.Daemon;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Kiroku.SystemTests.Service;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>
/// Each machine of a private daemon has its own account. Processes with those accounts try what they can reach.
/// </summary>
public sealed class MachineAccountsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_that_was_taken_over_opens_its_own_files_and_nothing_of_another_or_of_libvirt()
    {
        RealParts.RequireRoot();
        await using var host = new PrivateHost();
        await using var hypervisor = await ConnectAsync(host);
        var (first, second, saved) =
            (await StartAsync(hypervisor), await StartAsync(hypervisor), await StartAsync(hypervisor));
        await hypervisor.SuspendAsync(saved, Token);
        var intruder = new Intruder(host.QemuOf(first));
        foreach (var file in FilesOf(host, first))
        {
            Assert.True(await intruder.ReadsAsync(file), file);
        }
        Assert.True(await intruder.WritesAsync(host.FileOf($"disk-{first}")));
        Assert.True(await intruder.ReadsAsync(host.FileOf("image-1")));
        Assert.False(await intruder.WritesAsync(host.FileOf("image-1")));
        var others = FilesOf(host, second).Concat(FilesOf(host, saved)).Concat(Secrets(host, first)).ToList();
        Assert.Contains(others, file => file.EndsWith("monitor.sock", StringComparison.Ordinal));
        Assert.Contains(others, file => file.EndsWith(".save", StringComparison.Ordinal));
        foreach (var file in others)
            Assert.False(await intruder.OpensAsync(file), file);
        foreach (var name in new[] { "libvirtd.conf", "c/libvirt/qemu.conf", "output.log", "uids", "starting" })
            Assert.False(await intruder.WritesAsync(Path.Combine(host.Options.Folder, "libvirt", name)), name);
        Assert.False(await intruder.SignalsAsync(host.QemuOf(second)));
        Assert.False(await intruder.SignalsAsync(host.Daemon.Process!.Id));
    }

    [Fact]
    public async Task Each_machine_keeps_its_account_and_no_two_have_one()
    {
        RealParts.RequireRoot();
        await using var host = new PrivateHost();
        await using var hypervisor = await ConnectAsync(host);
        var machines = new List<Guid>();
        for (var number = 0; number < 3; number++)
            machines.Add(await StartAsync(hypervisor));
        var before = machines.ConvertAll(machine => new Intruder(host.QemuOf(machine)).User);
        Assert.Equal(3, before.Distinct().Count());
        await Commands.SignalAsync("KILL", host.Daemon.Process!.Id);
        await using var later = await ConnectAsync(host);
        foreach (var machine in machines)
        {
            await later.StopAsync(machine, TimeSpan.Zero, Token);
            await later.StartAsync(machine, Token);
        }
        Assert.Equal(before, machines.ConvertAll(machine => new Intruder(host.QemuOf(machine)).User));
        // As long as the config drive of a removed machine remains, no other machine gets its account.
        await later.UndefineAsync(machines[0], Token);
        Assert.DoesNotContain(new Intruder(host.QemuOf(await StartAsync(later))).User, before);
    }

    [Fact]
    public async Task Machines_that_ran_under_one_account_run_on_and_get_their_own_with_their_next_start()
    {
        RealParts.RequireRoot();
        await using var host = new PrivateHost();
        Guid running, saved;
        await using (var hypervisor = await ConnectSharedAsync(host))
        {
            (running, saved) = (await StartAsync(hypervisor), await StartAsync(hypervisor));
            await hypervisor.SuspendAsync(saved, Token);
        }
        var qemu = host.QemuOf(running);
        var shared = new Intruder(qemu).User;
        await using var later = await ConnectAsync(host);
        Assert.Equal((MachineState.Running, qemu), (await later.GetStateAsync(running, Token), host.QemuOf(running)));
        await later.SnapshotAsync(running, $"disk-{running}", "copy", Token);
        await later.ContinueAsync(saved, Token);
        Assert.NotEqual(shared, new Intruder(host.QemuOf(saved)).User);
        Assert.Equal(qemu, host.QemuOf(running));
        await later.StopAsync(running, TimeSpan.Zero, Token);
        await later.StartAsync(running, Token);
        Assert.Equal(
            3,
            new[] { shared, new Intruder(host.QemuOf(running)).User, new Intruder(host.QemuOf(saved)).User }
                .Distinct().Count());
    }

    [Fact]
    public async Task Machines_that_had_accounts_of_their_own_when_the_host_went_down_start_where_all_share_one_by_now()
    {
        RealParts.RequireRoot();
        await using var host = new PrivateHost();
        Guid machine;
        await using (var hypervisor = await ConnectAsync(host))
            machine = await StartAsync(hypervisor);
        var qemu = host.QemuOf(machine);
        await Commands.SignalAsync("KILL", host.Daemon.Process!.Id);
        await Commands.SignalAsync("KILL", qemu);
        await Poll.UntilAsync(
            "all to be gone", () => Task.FromResult(!RealParts.Runs(qemu) && host.Daemon.Process is null));

        await using var later = await ConnectSharedAsync(host);
        await later.StartAsync(machine, Token);
        Assert.Equal(MachineState.Running, await later.GetStateAsync(machine, Token));
    }

    [Fact]
    public async Task A_disk_that_says_it_stands_on_another_is_not_copied_with_the_daemons_rights()
    {
        RealParts.RequireRoot();
        await using var host = new PrivateHost();
        await using var hypervisor = await ConnectAsync(host);
        var (victim, machine) = (await StartAsync(hypervisor), await StartAsync(hypervisor));
        var disk = $"disk-{machine}";
        await hypervisor.StopAsync(machine, TimeSpan.Zero, Token);
        await hypervisor.CopyVolumeAsync(disk, "copy", 16 << 20, null, Token);
        await PointAtAsync(host.FileOf(disk), host.FileOf($"disk-{victim}"));
        var failure = await Assert.ThrowsAsync<HypervisorException>(
            () => hypervisor.CopyVolumeAsync(disk, "stolen", 16 << 20, null, Token));
        Assert.Equal(HypervisorFailure.NotSupported, failure.Failure);
        await Assert.ThrowsAsync<HypervisorException>(() => hypervisor.StartAsync(machine, Token));
        Assert.False(File.Exists(host.FileOf("stolen")));
    }

    [Fact]
    public async Task Disks_that_were_put_back_with_accounts_of_another_folder_are_taken_over()
    {
        RealParts.RequireRoot();
        await using var host = new PrivateHost();
        await using var hypervisor = await ConnectAsync(host);
        var machine = await StartAsync(hypervisor);
        await host.Daemon.StopAsync(Token);
        await Commands.RunAsync(
            "chown", "2100000000:2100000000", host.FileOf($"disk-{machine}"),
            ConsoleFiles.PathOf(host.Options.ConsolesFolder, machine));
        await Commands.RunAsync("chgrp", "2100000000", host.FileOf("image-1"));
        await using var later = await ConnectAsync(host);
        await later.StartAsync(machine, Token);
        Assert.Equal(MachineState.Running, await later.GetStateAsync(machine, Token));
    }

    [Fact]
    public async Task Two_data_folders_give_their_machines_different_accounts()
    {
        RealParts.RequireRoot();
        await using PrivateHost one = new PrivateHost(), two = new PrivateHost();
        await using LibvirtHypervisor first = await ConnectAsync(one), second = await ConnectAsync(two);
        var (here, there) = (await StartAsync(first), await StartAsync(second));
        Assert.NotEqual(new Intruder(one.QemuOf(here)).User, new Intruder(two.QemuOf(there)).User);
    }

    /// <summary>
    /// Does what a compromised QEMU can do to its own disk: replaces the base's name, for which the header has room
    /// enough.
    /// </summary>
    private static async Task PointAtAsync(string disk, string other)
    {
        var bytes = await File.ReadAllBytesAsync(disk, Token);
        var offset = (int)BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8));
        var name = Encoding.UTF8.GetBytes(other);
        name.CopyTo(bytes.AsSpan(offset));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), (uint)name.Length);
        await using var file = new FileStream(disk, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        await file.WriteAsync(bytes.AsMemory(0, 64 * 1024), Token);
    }

    private static IEnumerable<string> FilesOf(PrivateHost host, Guid machine)
        => Directory.EnumerateFiles(host.Options.VolumesFolder, $"*{machine}");

    /// <summary>
    /// All files of libvirt's, except the machine's own and those without secrets, and all consoles.
    /// </summary>
    private static IEnumerable<string> Secrets(PrivateHost host, Guid machine)
        => Directory.EnumerateFiles(Path.Combine(host.Options.Folder, "libvirt"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file)
                is not ("libvirtd.conf" or "qemu.conf" or "output.log" or "uids" or "starting"))
            .Where(file => !Path.GetDirectoryName(file)!.EndsWith($"kiroku-{machine}"[..20], StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(host.Options.ConsolesFolder));

    /// <summary>
    /// As with a network that needs rights on the host's network, where machines cannot have their own accounts.
    /// </summary>
    private static async Task<LibvirtHypervisor> ConnectSharedAsync(PrivateHost host)
    {
        var daemon = new PrivateLibvirtd(
            host.Options.Folder, "nobody", new LibvirtOptions { Folder = host.Options.Folder, Network = "bridge:none" },
            TimeProvider.System, NullLogger.Instance);
        var hypervisor = new LibvirtHypervisor(
            new LibvirtTarget(true, daemon.EnsureAsync), host.Options, TimeProvider.System,
            NullLogger<LibvirtHypervisor>.Instance);
        await hypervisor.Connected.WaitAsync(TimeSpan.FromSeconds(30), Token);
        return hypervisor;
    }

    private static async Task<LibvirtHypervisor> ConnectAsync(PrivateHost host)
    {
        var hypervisor = host.Connect();
        await hypervisor.Connected.WaitAsync(TimeSpan.FromSeconds(30), Token);
        return hypervisor;
    }

    private static async Task<Guid> StartAsync(LibvirtHypervisor hypervisor)
    {
        var (machine, image) = (Guid.NewGuid(), Path.GetTempFileName());
        await using (var file = File.OpenWrite(image)) file.SetLength(1 << 20);
        await hypervisor.ImportVolumeAsync("image-1", image, VolumeFormat.Raw, null, Token);
        File.Delete(image);
        await hypervisor.CreateOverlayAsync($"disk-{machine}", "image-1", VolumeFormat.Raw, 8 << 20, Token);
        await hypervisor.WriteVolumeAsync($"config-{machine}", new byte[2048], Token);
        await hypervisor.DefineAsync(
            new MachineSpec(machine, "account test", 1, 64, $"disk-{machine}") { ConfigVolume = $"config-{machine}" },
            Token);
        await hypervisor.StartAsync(machine, Token);
        return machine;
    }
}
