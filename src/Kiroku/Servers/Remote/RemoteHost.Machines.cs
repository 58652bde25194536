using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;

namespace Kiroku.Servers.Remote;

/// <content>The verbs for machines, each with its message.</content>
internal sealed partial class RemoteHost
{
    public Task<string?> GetMacAddressAsync(Guid machine, CancellationToken cancellationToken)
        => SendAsync<string?>(new MachineCall(MachineOperation.GetMacAddress, machine), cancellationToken);

    public Task<IReadOnlyList<MachineAddress>> GetAddressesAsync(Guid machine, CancellationToken cancellationToken)
        => SendAsync<IReadOnlyList<MachineAddress>>(
            new MachineCall(MachineOperation.GetAddresses, machine), cancellationToken);

    public Task<MachineState> GetStateAsync(Guid machine, CancellationToken cancellationToken)
        => SendAsync<MachineState>(new MachineCall(MachineOperation.GetState, machine), cancellationToken);

    public Task DefineAsync(MachineSpec spec, CancellationToken cancellationToken)
        => SendAsync(new DefineMachine(spec), cancellationToken);

    public Task StartAsync(Guid machine, CancellationToken cancellationToken)
        => SendAsync(new MachineCall(MachineOperation.Start, machine), cancellationToken);

    public Task PauseAsync(Guid machine, CancellationToken cancellationToken)
        => SendAsync(new MachineCall(MachineOperation.Pause, machine), cancellationToken);

    public Task InjectNmiAsync(Guid machine, CancellationToken cancellationToken)
        => SendAsync(new InjectNmi(machine), cancellationToken);

    public Task SuspendAsync(Guid machine, CancellationToken cancellationToken)
        => SendAsync(new MachineCall(MachineOperation.Suspend, machine), cancellationToken);

    public Task ContinueAsync(Guid machine, CancellationToken cancellationToken)
        => SendAsync(new MachineCall(MachineOperation.Continue, machine), cancellationToken);

    /// <summary>A node of the version before does not say whether it took force.</summary>
    public async Task<bool> StopAsync(Guid machine, TimeSpan grace, CancellationToken cancellationToken)
        => await SendAsync<bool?>(new StopMachine(machine, grace), cancellationToken) == true;

    public Task UndefineAsync(Guid machine, CancellationToken cancellationToken)
        => SendAsync(new MachineCall(MachineOperation.Undefine, machine), cancellationToken);

    public Task<string> ReadConsoleAsync(Guid machine, int maxBytes, CancellationToken cancellationToken)
        => SendAsync<string>(new ReadConsole(machine, maxBytes), cancellationToken);
}

/// <summary>
/// The verbs that <see cref="MachineCall"/> stands for, by numbers that nodes of the version before know. Closed: a new
/// verb is a message of its own.
/// </summary>
internal enum MachineOperation
{
    GetAddresses,
    GetMacAddress,
    GetState,
    Start,
    Pause,
    Suspend,
    Continue,
    Undefine,
}

[GenerateSerializer, Immutable, Alias("host.machine")]
internal sealed record MachineCall([property: Id(0)] MachineOperation Asked, [property: Id(1)] Guid Machine) : HostCall
{
    private static readonly Dictionary<MachineOperation, Verb> Verbs = new()
    {
        // As an array, because few types of lists can cross between nodes.
        [MachineOperation.GetAddresses] = new(Operations.ReadAddresses,
            async (host, machine, token) => (await host.GetAddressesAsync(machine, token)).ToArray()),
        [MachineOperation.GetMacAddress] = new(Operations.ReadAddresses,
            (host, machine, token) => Result(host.GetMacAddressAsync(machine, token))),
        [MachineOperation.GetState] = new(Operations.ReadState,
            (host, machine, token) => Result(host.GetStateAsync(machine, token))),
        [MachineOperation.Start] = new(Operations.Start,
            (host, machine, token) => Done(host.StartAsync(machine, token))),
        [MachineOperation.Pause] = new(Operations.Pause,
            (host, machine, token) => Done(host.PauseAsync(machine, token))),
        [MachineOperation.Suspend] = new(Operations.Suspend,
            (host, machine, token) => Done(host.SuspendAsync(machine, token))),
        [MachineOperation.Continue] = new(Operations.Continue,
            (host, machine, token) => Done(host.ContinueAsync(machine, token))),
        [MachineOperation.Undefine] = new(Operations.Undefine,
            (host, machine, token) => Done(host.UndefineAsync(machine, token))),
    };

    public override string Operation => Asks.Operation;

    private Verb Asks => Verbs.TryGetValue(Asked, out var verb)
        ? verb : throw new NotSupportedException($"{Asked} is of a newer version.");

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Asks.RunAsync(host.Hypervisor, Machine, cancellationToken);

    private sealed record Verb(
        string Operation, Func<IMachineHost, Guid, CancellationToken, Task<object?>> RunAsync);
}

[GenerateSerializer, Immutable, Alias("host.define")]
internal sealed record DefineMachine([property: Id(0)] MachineSpec Spec) : HostCall
{
    public override string Operation => Operations.Define;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.DefineAsync(Spec, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.stop")]
internal sealed record StopMachine([property: Id(0)] Guid Machine, [property: Id(1)] TimeSpan Grace) : HostCall
{
    public override string Operation => Operations.Stop;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Result(host.Hypervisor.StopAsync(Machine, Grace, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.inject-nmi")]
internal sealed record InjectNmi([property: Id(0)] Guid Machine) : HostCall
{
    public override string Operation => Operations.InjectNmi;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.InjectNmiAsync(Machine, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.console")]
internal sealed record ReadConsole([property: Id(0)] Guid Machine, [property: Id(1)] int MaxBytes) : HostCall
{
    public override string Operation => Operations.ReadConsole;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Result(host.Hypervisor.ReadConsoleAsync(Machine, MaxBytes, cancellationToken));
}
