using Kiroku.Hypervisors;

namespace Kiroku.Servers.Remote;

/// <summary>
/// Something that a host is asked to do by another node: one of <see cref="IServerHost"/>'s calls as a message. Nodes of two
/// versions may talk to each other: the kinds and their members are only ever added to.
/// </summary>
[GenerateSerializer, Immutable]
internal abstract record HostCall
{
    /// <summary>What is being done, in the words of <see cref="HypervisorException.Operation"/>.</summary>
    public abstract string Operation { get; }

    /// <summary>Does it on its host.</summary>
    /// <returns>The call's result; null for those that have none.</returns>
    public abstract Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken);

    protected static async Task<object?> Done(Task call)
    {
        await call;
        return null;
    }

    protected static async Task<object?> Result<T>(Task<T> call) => await call;
}

/// <summary>What can be asked of a machine with nothing further to say.</summary>
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
    public override string Operation => Asked switch
    {
        MachineOperation.GetAddresses or MachineOperation.GetMacAddress => "read the machine's addresses",
        MachineOperation.GetState => "read the machine's state",
        MachineOperation.Start => "start the machine",
        MachineOperation.Pause => "pause the machine",
        MachineOperation.Suspend => "save the machine's memory",
        MachineOperation.Continue => "continue the machine",
        _ => "remove the machine",
    };

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken) => Asked switch
    {
        MachineOperation.GetAddresses => AddressesAsync(host, cancellationToken),
        MachineOperation.GetMacAddress => Result(host.Hypervisor.GetMacAddressAsync(Machine, cancellationToken)),
        MachineOperation.GetState => Result(host.Hypervisor.GetStateAsync(Machine, cancellationToken)),
        MachineOperation.Start => Done(host.Hypervisor.StartAsync(Machine, cancellationToken)),
        MachineOperation.Pause => Done(host.Hypervisor.PauseAsync(Machine, cancellationToken)),
        MachineOperation.Suspend => Done(host.Hypervisor.SuspendAsync(Machine, cancellationToken)),
        MachineOperation.Continue => Done(host.Hypervisor.ContinueAsync(Machine, cancellationToken)),
        MachineOperation.Undefine => Done(host.Hypervisor.UndefineAsync(Machine, cancellationToken)),
        _ => throw new NotSupportedException($"{Asked} is of a newer version."),
    };

    /// <summary>As an array: of the many kinds of lists few can be sent.</summary>
    private async Task<object?> AddressesAsync(IServerHost host, CancellationToken cancellationToken)
        => (await host.Hypervisor.GetAddressesAsync(Machine, cancellationToken)).ToArray();
}

[GenerateSerializer, Immutable, Alias("host.define")]
internal sealed record DefineMachine([property: Id(0)] MachineSpec Spec) : HostCall
{
    public override string Operation => "define the machine";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.DefineAsync(Spec, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.stop")]
internal sealed record StopMachine([property: Id(0)] Guid Machine, [property: Id(1)] TimeSpan Grace) : HostCall
{
    public override string Operation => "stop the machine";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.StopAsync(Machine, Grace, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.console")]
internal sealed record ReadConsole([property: Id(0)] Guid Machine, [property: Id(1)] int MaxBytes) : HostCall
{
    public override string Operation => "read the console";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Result(host.Hypervisor.ReadConsoleAsync(Machine, MaxBytes, cancellationToken));
}
