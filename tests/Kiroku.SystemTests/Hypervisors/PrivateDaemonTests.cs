using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>Daemons that die, freeze and are found again. Each test has its own daemon.</summary>
public sealed class PrivateDaemonTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Machines_and_events_are_there_again_after_the_daemon_was_killed()
    {
        await using var host = new PrivateHost();
        await using var hypervisor = await ConnectAsync(host);
        await using var changes = hypervisor.WatchAsync(Token).GetAsyncEnumerator(Token);
        var machine = await StartMachineAsync(hypervisor);
        var killed = host.Daemon.Process!;
        await Commands.SignalAsync("KILL", killed.Id);
        await UntilAsync(changes, change => change == MachineChange.Lost);
        Assert.NotEqual(killed, host.Daemon.Process);
        Assert.Equal(MachineState.Running, await hypervisor.GetStateAsync(machine, Token));
        await hypervisor.StopAsync(machine, TimeSpan.Zero, Token);
        // Not a stop: libvirt reports nothing for a machine that ends while the new daemon is still looking for it.
        await hypervisor.StartAsync(machine, Token);
        await UntilAsync(changes, change => change == new MachineChange(machine, MachineState.Running));
    }

    [Fact]
    public async Task A_call_right_after_the_daemon_was_killed_starts_it_again()
    {
        await using var host = new PrivateHost();
        await using var hypervisor = await ConnectAsync(host);
        var machine = await StartMachineAsync(hypervisor);
        await Commands.SignalAsync("KILL", host.Daemon.Process!.Id);
        try
        {
            await hypervisor.GetStateAsync(machine, Token);
        }
        catch (HypervisorException failure)
        {
            Assert.Equal(HypervisorFailure.Unavailable, failure.Failure);
        }
        Assert.Equal(MachineState.Running, await hypervisor.GetStateAsync(machine, Token));
    }

    [Fact]
    public async Task Calls_to_a_frozen_daemon_fail_in_time_and_go_well_when_it_thaws()
    {
        await using var host = new PrivateHost();
        await using var patient = await ConnectAsync(host);
        var machine = await StartMachineAsync(patient);
        await using var hypervisor = host.Connect(TimeSpan.FromSeconds(2));
        await hypervisor.Connected.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var daemon = host.Daemon.Process!;
        await Commands.SignalAsync("STOP", daemon.Id);
        var began = TimeProvider.System.GetTimestamp();
        // Far more calls than there are threads.
        var calls = Enumerable.Range(0, 60).Select(_ => hypervisor.GetStateAsync(machine, Token)).ToArray();
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<HypervisorException>(() => call);
            Assert.Equal(HypervisorFailure.Unavailable, failure.Failure);
        }
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(9));
        await Commands.SignalAsync("CONT", daemon.Id);
        Assert.Equal(MachineState.Running, await patient.GetStateAsync(machine, Token));
        await Poll.UntilAsync("an answer in time", AnswersAsync);
        Assert.Equal(daemon, host.Daemon.Process);

        async Task<bool> AnswersAsync()
        {
            try
            {
                return await hypervisor.GetStateAsync(machine, Token) == MachineState.Running;
            }
            catch (HypervisorException failure) when (failure.Failure == HypervisorFailure.Unavailable)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_disk_that_was_coming_when_the_daemon_was_killed_is_absent_and_can_be_received_anew()
    {
        await using var host = new PrivateHost();
        await using var hypervisor = await ConnectAsync(host);
        var bytes = RandomBytes(3 << 20);
        var content = new VolumeContent(VolumeFormat.Raw, bytes.Length, bytes.Length);
        var held = new HeldStream(bytes);
        var receiving = hypervisor.ReceiveVolumeAsync("moved", content, held, null, Token);
        await held.AllButTheEnd;
        await Commands.SignalAsync("KILL", host.Daemon.Process!.Id);
        held.End();
        var failure = await Assert.ThrowsAsync<HypervisorException>(() => receiving);
        Assert.Equal((HypervisorFailure.Unavailable, "receive the disk"), (failure.Failure, failure.Operation));
        await using var later = await ConnectAsync(host);
        Assert.Null(await later.GetVolumeSizeAsync("moved", Token));
        Assert.Equal(["moved"], await later.ListVolumesAsync(Token));
        await later.ReceiveVolumeAsync("moved", content, new MemoryStream(bytes), null, Token);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(host.FileOf("moved"), Token));
        Assert.Equal(["moved"], await later.ListVolumesAsync(Token));
        Assert.Single(Directory.EnumerateFileSystemEntries(host.Options.VolumesFolder));
    }

    [Fact]
    public async Task A_later_process_finds_the_daemon_and_its_machines()
    {
        await using var host = new PrivateHost();
        var first = await ConnectAsync(host);
        var machine = await StartMachineAsync(first);
        var daemon = host.Daemon.Process;
        await first.DisposeAsync();
        await using var second = await ConnectAsync(host);
        Assert.Equal(daemon, host.Daemon.Process);
        Assert.Equal([machine], (await second.ListMachinesAsync(Token)).Keys);
    }

    [Fact]
    public async Task Stopping_leaves_nothing_running_even_if_the_daemon_was_killed_before()
    {
        await using var host = new PrivateHost();
        await using (var hypervisor = await ConnectAsync(host))
        {
            var machine = await StartMachineAsync(hypervisor);
            var qemu = host.QemuOf(machine);
            await Commands.SignalAsync("KILL", host.Daemon.Process!.Id);
            await hypervisor.DisposeAsync();
            await host.Daemon.StopAsync(Token);
            Assert.Null(host.Daemon.Process);
            Assert.False(RealParts.Runs(qemu));
        }
        await host.Daemon.StopAsync(Token);
    }

    [Fact]
    public async Task Stopping_leaves_nothing_running_even_if_the_daemon_dies_while_it_is_asked()
    {
        await using var host = new PrivateHost();
        await using var hypervisor = await ConnectAsync(host);
        var machine = await StartMachineAsync(hypervisor);
        await hypervisor.DisposeAsync();
        var (qemu, daemon) = (host.QemuOf(machine), host.Daemon.Process!);
        await Commands.SignalAsync("STOP", daemon.Id);
        var before = host.CountConnections();
        var stopping = host.Daemon.StopAsync(Token);
        // One that looks whether the daemon runs, and one that asks it.
        await Poll.UntilAsync(
            "two connections to the daemon", () => Task.FromResult(host.CountConnections() >= before + 2));
        await Commands.SignalAsync("KILL", daemon.Id);
        await stopping;
        Assert.Null(host.Daemon.Process);
        Assert.False(RealParts.Runs(qemu));
    }

    [Fact]
    public async Task A_data_folder_may_lie_deeper_than_a_socket_can()
    {
        await using var host = new PrivateHost(
            "a-folder-whose-name-is-much-too-long-for-the-path-of-a-socket-beneath-it-");
        await using var hypervisor = await ConnectAsync(host);
        var machine = await StartMachineAsync(hypervisor);
        Assert.Equal(MachineState.Running, await hypervisor.GetStateAsync(machine, Token));
    }

    [Fact]
    public async Task A_full_pool_takes_no_copy_and_keeps_nothing_of_it()
    {
        RealParts.RequireRoot();
        await using var host = new PrivateHost();
        Directory.CreateDirectory(host.Options.VolumesFolder);
        await Commands.RunAsync("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", host.Options.VolumesFolder);
        try
        {
            await using var hypervisor = await ConnectAsync(host);
            var image = Path.GetTempFileName();
            await File.WriteAllBytesAsync(image, RandomBytes(5 << 20), Token);
            await hypervisor.ImportVolumeAsync("base", image, VolumeFormat.Raw, null, Token);
            await ExpectNoSpaceAsync(() => hypervisor.CopyVolumeAsync("base", "copy", 64 << 20, null, Token));
            await ExpectNoSpaceAsync(() => hypervisor.ImportVolumeAsync("more", image, VolumeFormat.Raw, null, Token));
            // The file system fails in the middle, because the space that was free at the start is taken meanwhile.
            await hypervisor.DeleteVolumeAsync("base", Token);
            var filling = new Filling(host.FileOf("ballast"));
            await ExpectNoSpaceAsync(
                () => hypervisor.ImportVolumeAsync("more", image, VolumeFormat.Raw, filling, Token));
            await ExpectNoSpaceAsync(() => ReceiveAsync(4 << 20, announced: 4 << 20));
            // All bytes of a file that was announced as small may be under way before the first is written.
            await ExpectNoSpaceAsync(() => ReceiveAsync(4 << 20, announced: 1 << 20));
            await ReceiveAsync(1 << 20, announced: 1 << 20);
            Assert.Equal(["ballast", "received"], (await hypervisor.ListVolumesAsync(Token)).Order());
            File.Delete(image);

            Task ReceiveAsync(int bytes, long announced) => hypervisor.ReceiveVolumeAsync(
                "received", new VolumeContent(VolumeFormat.Raw, bytes, announced),
                new MemoryStream(RandomBytes(bytes)), null, Token);
        }
        finally
        {
            await host.Daemon.StopAsync(Token);
            await Commands.RunAsync("umount", host.Options.VolumesFolder);
        }
    }

    private sealed class Filling(string file) : IProgress<double>
    {
        public void Report(double value)
        {
            if (!File.Exists(file))
                File.WriteAllBytes(file, RandomBytes(5 << 20));
        }
    }

    private static async Task ExpectNoSpaceAsync(Func<Task> call)
        => Assert.Equal(HypervisorFailure.NoSpace, (await Assert.ThrowsAsync<HypervisorException>(call)).Failure);

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static async Task<LibvirtHypervisor> ConnectAsync(PrivateHost host)
    {
        var hypervisor = host.Connect();
        await hypervisor.Connected.WaitAsync(TimeSpan.FromSeconds(30), Token);
        return hypervisor;
    }

    private static async Task<Guid> StartMachineAsync(LibvirtHypervisor hypervisor)
    {
        var (machine, image) = (Guid.NewGuid(), Path.GetTempFileName());
        await using (var file = File.OpenWrite(image)) file.SetLength(1 << 20);
        await hypervisor.ImportVolumeAsync("base", image, VolumeFormat.Raw, null, Token);
        File.Delete(image);
        await hypervisor.CreateOverlayAsync("disk", "base", VolumeFormat.Raw, 8 << 20, Token);
        await hypervisor.DefineAsync(new MachineSpec(machine, "daemon test", 1, 64, "disk"), Token);
        await hypervisor.StartAsync(machine, Token);
        return machine;
    }

    private static async Task UntilAsync(IAsyncEnumerator<MachineChange> changes, Func<MachineChange, bool> wanted)
    {
        do
        {
            Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Token));
        }
        while (!wanted(changes.Current));
    }
}
