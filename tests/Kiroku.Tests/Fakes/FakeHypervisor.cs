using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kiroku.Hypervisors;

namespace Kiroku.Tests.Fakes;

/// <summary>
/// A service's connection to a <see cref="FakeHost"/>. Every call takes effect at once. It fails if <see
/// cref="Before"/> or <see cref="After"/> throws, and stops if they hang.
/// </summary>
internal sealed class FakeHypervisor(FakeHost host) : IHypervisor
{
    private readonly Channel<MachineChange> changes = Channel.CreateUnbounded<MachineChange>();

    /// <summary>Called with the operation's name before the operation; <see cref="After"/> is called after
    /// it.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>Wraps the target of exported bytes, so that a test can interrupt, delay or spoil them.</summary>
    public Func<Stream, Stream> Through { get; set; } = target => target;

    /// <summary>What every guest has written to its console.</summary>
    public string Console { get; set; } = "one\ntwo\nthree";

    /// <summary>Answers in the host's place what network it has.</summary>
    public Func<Task<HostNetwork>>? FindNetwork { get; set; }

    /// <summary>Answers in the host's place which addresses machines have.</summary>
    public Func<Task<IReadOnlyList<MachineAddress>>>? FindAddresses { get; set; }

    public string Kind => "fake";

    public bool IsReal => true;

    public Task Connected { get; set; } = Task.CompletedTask;

    public Task<HostCapacity> GetCapacityAsync(CancellationToken cancellationToken)
        => DoAsync("capacity", () => host.Capacity, cancellationToken);

    public Task<HostNetwork> GetNetworkAsync(CancellationToken cancellationToken)
        => FindNetwork?.Invoke() ?? Task.FromResult(host.Network);

    public Task<HostAbilities> GetAbilitiesAsync(CancellationToken cancellationToken)
        => Task.FromResult(host.Abilities);

    public Task<MachineState> GetStateAsync(Guid machine, CancellationToken cancellationToken)
        => DoAsync(
            "state",
            () => host.Machines.TryGetValue(machine, out var found) ? found.State : MachineState.Absent,
            cancellationToken);

    public Task<IReadOnlyDictionary<Guid, MachineState>> ListMachinesAsync(CancellationToken cancellationToken)
        => DoAsync<IReadOnlyDictionary<Guid, MachineState>>(
            "machines", () => host.Machines.ToDictionary(m => m.Key, m => m.Value.State), cancellationToken);

    public Task DefineAsync(MachineSpec spec, CancellationToken cancellationToken)
        => DoAsync(
            "define",
            () => host.Machines.AddOrUpdate(
                spec.Id, new FakeMachine(spec, MachineState.Off, 0), (_, machine) => machine with { Spec = spec }),
            cancellationToken);

    public Task FilterAsync(Guid machine, CardFilter filter, CancellationToken cancellationToken)
    {
        if (host.Machines.TryGetValue(machine, out var found))
            host.Machines.TryUpdate(machine, found with { Spec = found.Spec with { Filter = filter } }, found);
        return Task.CompletedTask;
    }

    public Task StartAsync(Guid machine, CancellationToken cancellationToken) => DoAsync("start", () =>
    {
        var found = Find(machine);
        return found.State switch
        {
            MachineState.Running => found,
            MachineState.Paused => host.Machines[machine] = found with { State = MachineState.Running },
            _ => Boot(found),
        };
    }, cancellationToken);

    public Task PauseAsync(Guid machine, CancellationToken cancellationToken)
        => DoAsync(
            "pause",
            () => Find(machine) is { State: not MachineState.Off } found
                ? host.Machines[machine] = found with { State = MachineState.Paused }
                : throw new HypervisorException(HypervisorFailure.Failed, "pause the machine", "it does not run"),
            cancellationToken);

    public Task InjectNmiAsync(Guid machine, CancellationToken cancellationToken)
        => DoAsync(
            "nmi",
            () => Find(machine) is { State: MachineState.Running or MachineState.Paused } found
                ? host.Machines[machine] = found with { Interrupts = found.Interrupts + 1 }
                : throw new HypervisorException(
                    HypervisorFailure.Failed, "send the machine an interrupt", "it does not run"),
            cancellationToken);

    public Task SuspendAsync(Guid machine, CancellationToken cancellationToken)
        => DoAsync("suspend", () => Find(machine) switch
        {
            { SavedAs: not null, State: MachineState.Off } saved => saved,
            { RunningAs: { } running } found => host.Machines[machine]
                = found with { State = MachineState.Off, RunningAs = null, SavedAs = running },
            _ => throw new HypervisorException(
                HypervisorFailure.Failed, "save the machine's memory", "it does not run"),
        }, cancellationToken);

    public Task ContinueAsync(Guid machine, CancellationToken cancellationToken)
        => DoAsync("continue", () => Find(machine) switch
        {
            { State: MachineState.Running } running => running,
            { State: MachineState.Paused } paused => host.Machines[machine]
                = paused with { State = MachineState.Running },
            { SavedAs: { } saved } found => host.Machines[machine]
                = found with { State = MachineState.Running, RunningAs = saved, SavedAs = null },
            _ => throw new HypervisorException(
                HypervisorFailure.Failed, Operations.ContinueWithoutMemory, "there is no saved memory"),
        }, cancellationToken);

    public Task<bool> StopAsync(Guid machine, TimeSpan grace, CancellationToken cancellationToken)
        => DoAsync(
            grace == TimeSpan.Zero ? "power off" : "stop",
            () => machine == host.Unstoppable
                ? throw new HypervisorException(HypervisorFailure.Failed, "stop the machine", "it does not end")
                : Off(machine, grace),
            cancellationToken);

    public Task UndefineAsync(Guid machine, CancellationToken cancellationToken)
        => DoAsync("undefine", () => host.Machines.TryRemove(machine, out _), cancellationToken);

    public Task<string> ReadConsoleAsync(Guid machine, int maxBytes, CancellationToken cancellationToken)
        => DoAsync("console", () => Console, cancellationToken);

    public Task<long?> GetVolumeSizeAsync(string volume, CancellationToken cancellationToken)
        => DoAsync(
            "volume size",
            () => host.Volumes.TryGetValue(volume, out var found) ? found.Bytes : (long?)null,
            cancellationToken);

    public Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancellationToken)
        => DoAsync<IReadOnlyList<string>>("volumes", () => [.. host.Volumes.Keys], cancellationToken);

    public Task ImportVolumeAsync(
        string volume, string file, VolumeFormat format, IProgress<double>? progress,
        CancellationToken cancellationToken)
        => DoAsync(
            "import",
            () => host.Volumes.GetOrAdd(volume, _ => new FakeVolume(new FileInfo(file).Length, Guid.NewGuid())),
            cancellationToken);

    public Task<IReadOnlyList<MachineAddress>> GetAddressesAsync(Guid machine, CancellationToken cancellationToken)
        => FindAddresses?.Invoke() ?? Task.FromResult(host.Addresses);

    public Task<string?> GetMacAddressAsync(Guid machine, CancellationToken cancellationToken)
        => Task.FromResult<string?>("fa:16:3e:00:00:01");

    public Task WriteVolumeAsync(string volume, byte[] content, CancellationToken cancellationToken)
        => DoAsync(
            "write",
            () => host.Volumes[volume] = new FakeVolume(content.Length, Guid.NewGuid()) { Written = content },
            cancellationToken);

    public Task CreateOverlayAsync(
        string volume, string baseVolume, VolumeFormat baseFormat, long bytes, CancellationToken cancellationToken)
        => DoAsync("overlay", () => host.Volumes.ContainsKey(baseVolume)
            ? host.Volumes[volume] = new FakeVolume(bytes, Guid.NewGuid())
            : throw new HypervisorException(HypervisorFailure.Failed, "create the disk", "no base"), cancellationToken);

    public Task CopyVolumeAsync(
        string source, string volume, long bytes, IProgress<double>? progress, CancellationToken cancellationToken)
        => DoAsync("copy", () =>
        {
            progress?.Report(0.5);
            return host.Volumes.TryGetValue(source, out var found)
                ? host.Volumes[volume] = found with { Bytes = bytes }
                : throw new HypervisorException(HypervisorFailure.Failed, "copy the disk", "no source");
        }, cancellationToken);

    public Task SnapshotAsync(
        Guid machine, string source, string volume, CancellationToken cancellationToken) => DoAsync("snapshot", ()
        => host.Volumes.TryGetValue(source, out var found)
            ? host.Volumes[volume] = found
            : throw new HypervisorException(HypervisorFailure.Failed, "copy the disk", "no source"), cancellationToken);

    public Task<VolumeContent> DescribeVolumeAsync(string volume, CancellationToken cancellationToken)
        => DoAsync("describe", () => FakeBytes.Describe(FindVolume(volume, "look at the volume")), cancellationToken);

    public async Task ExportVolumeAsync(string volume, Stream target, CancellationToken cancellationToken)
    {
        await Before("export").WaitAsync(cancellationToken);
        await Through(target).WriteAsync(FakeBytes.Of(FindVolume(volume, "read the disk")), cancellationToken);
        await After("export").WaitAsync(cancellationToken);
    }

    public async Task ReceiveVolumeAsync(
        string volume, VolumeContent content, Stream bytes, IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        await Before("receive").WaitAsync(cancellationToken);
        host.Volumes.TryRemove(volume, out _);
        var received = await FakeBytes.ReceiveAsync(content, bytes, cancellationToken);
        progress?.Report(0.5);
        host.Volumes[volume] = received;
        await After("receive").WaitAsync(cancellationToken);
    }

    public Task DeleteVolumeAsync(string volume, CancellationToken cancellationToken)
        => DoAsync("delete", () => host.Volumes.TryRemove(volume, out _), cancellationToken);

    public async IAsyncEnumerable<MachineChange> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken))
            yield return change;
    }

    /// <summary>Changes a machine's state behind the service's back, as when somebody else switches it off.</summary>
    public void ChangeByItself(Guid machine, MachineState state)
    {
        host.Machines[machine] = host.Machines[machine] with { State = state };
        changes.Writer.TryWrite(new MachineChange(machine, state));
    }

    private FakeMachine Boot(FakeMachine found)
    {
        foreach (var volume in new[] { found.Spec.RootVolume, found.Spec.ConfigVolume }.OfType<string>())
        {
            if (!host.Volumes.ContainsKey(volume))
                throw new HypervisorException(HypervisorFailure.Failed, "start the machine", $"no file /pool/{volume}");
        }
        return host.Machines[found.Spec.Id] = found with
        {
            State = MachineState.Running,
            Boots = found.Boots + 1,
            RunningAs = found.Spec,
            SavedAs = null,
        };
    }

    private FakeMachine Find(Guid machine) => host.Machines.TryGetValue(machine, out var found)
        ? found : throw new HypervisorException(HypervisorFailure.Failed, "start the machine", "no such machine");

    private FakeVolume FindVolume(string volume, string operation) => host.Volumes.TryGetValue(volume, out var found)
        ? found : throw new HypervisorException(HypervisorFailure.Failed, operation, $"there is no volume {volume}");

    /// <returns>Whether it took force: a guest that is paused hears nothing.</returns>
    private bool Off(Guid machine, TimeSpan grace)
    {
        if (!host.Machines.TryGetValue(machine, out var found))
            return false;
        host.Machines[machine] = found with { State = MachineState.Off, RunningAs = null };
        return found.State != MachineState.Off
            && (grace == TimeSpan.Zero || host.IsDeaf || found.State != MachineState.Running);
    }

    private async Task<T> DoAsync<T>(string operation, Func<T> effect, CancellationToken cancellationToken)
    {
        await Before(operation).WaitAsync(cancellationToken);
        var result = effect();
        await After(operation).WaitAsync(cancellationToken);
        return result;
    }
}
