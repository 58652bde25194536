using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>What every hypervisor must do, whether it is the mock or the real one.</summary>
public abstract partial class HypervisorContract : IAsyncLifetime
{
    private protected const long MiB = 1024 * 1024;

    private readonly List<Guid> machines = [];
    private readonly string id = Guid.NewGuid().ToString("N")[..8];

    private protected LibvirtHypervisor Hypervisor { get; private set; } = null!;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<LibvirtHypervisor> ConnectAsync();

    public async ValueTask InitializeAsync()
    {
        Hypervisor = await ConnectAsync();
        await Hypervisor.Connected.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (Hypervisor is not null)
        {
            foreach (var machine in machines)
                await Hypervisor.UndefineAsync(machine, CancellationToken.None);
            foreach (var volume in await Hypervisor.ListVolumesAsync(CancellationToken.None))
            {
                if (volume.StartsWith(id, StringComparison.Ordinal))
                    await Hypervisor.DeleteVolumeAsync(volume, CancellationToken.None);
            }
            await Hypervisor.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    private protected string NameOf(string volume) => $"{id}-{volume}";

    private protected async Task<string> ImportEmptyAsync(string name = "base", long bytes = 4 * MiB)
    {
        var file = Path.GetTempFileName();
        try
        {
            await using (var stream = File.OpenWrite(file)) stream.SetLength(bytes);
            await Hypervisor.ImportVolumeAsync(NameOf(name), file, VolumeFormat.Raw, null, Token);
            return NameOf(name);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private protected async Task<string> NewDiskAsync(string name = "disk", long bytes = 8 * MiB)
    {
        var image = await ImportEmptyAsync(name + "-base");
        await Hypervisor.CreateOverlayAsync(NameOf(name), image, VolumeFormat.Raw, bytes, Token);
        return NameOf(name);
    }

    private protected async Task<Guid> NewMachineAsync(string name = "contract")
    {
        var machine = Guid.NewGuid();
        machines.Add(machine);
        var disk = await NewDiskAsync($"m{machines.Count}");
        await Hypervisor.DefineAsync(new MachineSpec(machine, name, 1, 64, disk), Token);
        return machine;
    }

    private protected async Task ExpectAsync(Guid machine, MachineState state)
        => Assert.Equal(state, await Hypervisor.GetStateAsync(machine, Token));

    private protected static async Task<MachineChange> NextAsync(
        IAsyncEnumerator<MachineChange> changes, MachineChange wanted)
    {
        while (await changes.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Token))
        {
            if (changes.Current == wanted)
                return wanted;
        }
        throw new InvalidOperationException("The changes ended.");
    }

    [Fact]
    public async Task Each_call_on_a_machine_has_its_effect_and_nothing_happens_the_second_time()
    {
        var machine = await NewMachineAsync("a <b> & \"c\"\n\u0001 名前");
        await ExpectAsync(machine, MachineState.Off);
        await Twice(() => Hypervisor.StartAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Running);
        Assert.True(await Hypervisor.StopAsync(machine, TimeSpan.Zero, Token));
        Assert.False(await Hypervisor.StopAsync(machine, TimeSpan.Zero, Token));
        await ExpectAsync(machine, MachineState.Off);
        await Hypervisor.StartAsync(machine, Token);
        Assert.Equal(MachineState.Running, (await Hypervisor.ListMachinesAsync(Token))[machine]);
        await Twice(() => Hypervisor.UndefineAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Absent);
        Assert.DoesNotContain(machine, await Hypervisor.ListMachinesAsync(Token));
    }

    [Fact]
    public async Task A_machine_is_paused_and_saved_and_goes_on_from_either()
    {
        var machine = await NewMachineAsync();
        await Assert.ThrowsAsync<HypervisorException>(() => Hypervisor.PauseAsync(machine, Token));
        await Assert.ThrowsAsync<HypervisorException>(() => Hypervisor.SuspendAsync(machine, Token));
        await Hypervisor.StartAsync(machine, Token);
        await Twice(() => Hypervisor.PauseAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Paused);
        await Twice(() => Hypervisor.ContinueAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Running);
        await Twice(() => Hypervisor.SuspendAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Off);
        await Twice(() => Hypervisor.ContinueAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Running);
    }

    [Fact]
    public async Task A_machine_is_interrupted_while_it_runs_or_is_paused_and_not_while_it_is_off()
    {
        var machine = await NewMachineAsync();
        var failure = await Assert.ThrowsAsync<HypervisorException>(() => Hypervisor.InjectNmiAsync(machine, Token));
        Assert.Equal((HypervisorFailure.Failed, "send the machine an interrupt"), (failure.Failure, failure.Operation));
        await Hypervisor.StartAsync(machine, Token);
        await Twice(() => Hypervisor.InjectNmiAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Running);
        await Hypervisor.PauseAsync(machine, Token);
        await Hypervisor.InjectNmiAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Paused);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_paused_or_saved_machine_can_be_started_switched_off_and_removed(bool saved)
    {
        var machine = await NewMachineAsync();
        Task HoldAsync() => saved ? Hypervisor.SuspendAsync(machine, Token) : Hypervisor.PauseAsync(machine, Token);
        await Hypervisor.StartAsync(machine, Token);
        await HoldAsync();
        await Hypervisor.StartAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Running);
        await HoldAsync();
        await Hypervisor.StopAsync(machine, TimeSpan.FromSeconds(5), Token);
        await ExpectAsync(machine, MachineState.Off);
        await Hypervisor.StartAsync(machine, Token);
        await HoldAsync();
        await Twice(() => Hypervisor.UndefineAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Absent);
    }

    [Fact]
    public async Task A_machine_can_be_defined_anew_while_it_runs()
    {
        var machine = await NewMachineAsync();
        await Hypervisor.StartAsync(machine, Token);
        await Twice(() => Hypervisor.DefineAsync(new MachineSpec(machine, "larger", 2, 96, NameOf("m1")), Token));
        await ExpectAsync(machine, MachineState.Running);
        await Hypervisor.StopAsync(machine, TimeSpan.Zero, Token);
        await Hypervisor.StartAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Running);
    }

    [Fact]
    public async Task A_guest_that_does_not_listen_is_off_when_its_grace_is_over()
    {
        var machine = await NewMachineAsync();
        await Hypervisor.StartAsync(machine, Token);
        // Guests of the mock listen.
        Assert.Equal(Hypervisor.IsReal, await Hypervisor.StopAsync(machine, TimeSpan.FromSeconds(1), Token));
        await ExpectAsync(machine, MachineState.Off);
        Assert.False(await Hypervisor.StopAsync(machine, TimeSpan.FromSeconds(1), Token));
    }

    [Fact]
    public async Task A_missing_machine_is_absent_and_can_be_stopped_but_not_started()
    {
        var machine = Guid.NewGuid();
        await ExpectAsync(machine, MachineState.Absent);
        Assert.False(await Hypervisor.StopAsync(machine, TimeSpan.FromSeconds(1), Token));
        await Hypervisor.UndefineAsync(machine, Token);
        Assert.Equal("", await Hypervisor.ReadConsoleAsync(machine, 100, Token));
        var failure = await Assert.ThrowsAsync<HypervisorException>(() => Hypervisor.StartAsync(machine, Token));
        Assert.Equal((HypervisorFailure.Failed, "start the machine"), (failure.Failure, failure.Operation));
    }

    [Fact]
    public async Task Changes_are_reported()
    {
        await using var changes = Hypervisor.WatchAsync(Token).GetAsyncEnumerator(Token);
        var machine = await NewMachineAsync();
        await Hypervisor.StartAsync(machine, Token);
        await NextAsync(changes, new(machine, MachineState.Running));
        await Hypervisor.StopAsync(machine, TimeSpan.Zero, Token);
        await NextAsync(changes, new(machine, MachineState.Off));
        await Hypervisor.UndefineAsync(machine, Token);
        await NextAsync(changes, new(machine, MachineState.Absent));
    }

    [Fact]
    public async Task Two_machines_work_at_the_same_time()
    {
        Guid[] pair = [await NewMachineAsync("one"), await NewMachineAsync("two")];
        await Task.WhenAll(pair.Select(machine => Hypervisor.StartAsync(machine, Token)));
        foreach (var machine in pair)
            await ExpectAsync(machine, MachineState.Running);
        await Task.WhenAll(pair.Select(machine => Hypervisor.StopAsync(machine, TimeSpan.Zero, Token)));
        foreach (var machine in pair)
            await ExpectAsync(machine, MachineState.Off);
    }

    [Fact]
    public async Task Volumes_are_imported_laid_over_copied_listed_and_deleted()
    {
        var image = await ImportEmptyAsync();
        Assert.Equal(4 * MiB, await Hypervisor.GetVolumeSizeAsync(image, Token));
        var (disk, copy) = (NameOf("disk"), NameOf("copy"));
        await Twice(() => Hypervisor.CreateOverlayAsync(disk, image, VolumeFormat.Raw, 8 * MiB, Token));
        Assert.Equal(8 * MiB, await Hypervisor.GetVolumeSizeAsync(disk, Token));
        await Twice(() => Hypervisor.CopyVolumeAsync(disk, copy, 16 * MiB, null, Token));
        Assert.Equal(16 * MiB, await Hypervisor.GetVolumeSizeAsync(copy, Token));
        Assert.Equal(8 * MiB, await Hypervisor.GetVolumeSizeAsync(disk, Token));
        Assert.Empty(new[] { image, disk, copy }.Except(await Hypervisor.ListVolumesAsync(Token)));
        await Twice(() => Hypervisor.DeleteVolumeAsync(copy, Token));
        Assert.Null(await Hypervisor.GetVolumeSizeAsync(copy, Token));
        Assert.DoesNotContain(copy, await Hypervisor.ListVolumesAsync(Token));
    }

    [Fact]
    public async Task No_volume_is_made_smaller_than_its_content()
    {
        var image = await ImportEmptyAsync();
        var disk = NameOf("disk");
        foreach (var attempt in new[]
        {
            () => Hypervisor.CreateOverlayAsync(disk, image, VolumeFormat.Raw, MiB, Token),
            () => Hypervisor.CopyVolumeAsync(image, disk, MiB, null, Token),
            () => Hypervisor.CopyVolumeAsync(NameOf("none"), disk, MiB, null, Token),
        })
        {
            var failure = await Assert.ThrowsAsync<HypervisorException>(attempt);
            Assert.Equal(HypervisorFailure.Failed, failure.Failure);
            Assert.Null(await Hypervisor.GetVolumeSizeAsync(disk, Token));
        }
    }

    [Fact]
    public async Task The_host_reports_its_capacity()
    {
        var capacity = await Hypervisor.GetCapacityAsync(Token);
        Assert.True(
            capacity is { Vcpus: > 0, MemoryMiB: > 0, DiskBytes: > 0, DiskFreeBytes: > 0 }, capacity.ToString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", capacity.HypervisorVersion);
    }

    private protected static async Task Twice(Func<Task> call)
    {
        await call();
        await call();
    }
}
