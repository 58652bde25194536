using Kiroku.Actions;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>One running of a workflow: the server as it stands at this moment, and what steps may do with it.</summary>
internal sealed class ServerWork(
    Server server, ActionRun run, ServerHosts hosts, Placing placing, ServerStore store, StorePatience patience,
    StepRunner steps, TimeProvider time)
{
    private readonly ServerStore store = store;
    private readonly ActionRun run = run;
    private readonly Fence fence = server.Fence;

    /// <summary>The server as it stands: every change of its row by this action is in here.</summary>
    public Server Server { get; private set; } = server;

    /// <summary>The machines of the host that the server is on, or that its disk lies on.</summary>
    public HostMachines Machines => On(Host);

    /// <summary>Name of that host.</summary>
    public string Host => Server.Host ?? Server.Disk?.Host ?? run.Host;

    /// <summary>Name of the node that runs the action, on which no step of the server's need be.</summary>
    public string Node => run.Host;

    public HostMachines On(string host) => hosts.MachinesOn(host, fence);

    /// <summary>Does something on a host that the server leaves for good, if that is there.</summary>
    public Task LeaveAsync(string host, Func<HostMachines, Task> leave, CancellationToken cancellationToken)
        => hosts.LeaveAsync(host, fence, leave, cancellationToken);

    /// <summary>Names of the hosts that may hold something of the server's.</summary>
    public IEnumerable<string> Hosts => hosts.Of(Server);

    /// <summary>
    /// Drops a disk on the second host, if there is one, which then is none of the server's any more.
    /// </summary>
    public async Task LeaveOtherHostAsync(int generation, CancellationToken cancellationToken)
    {
        if (Server.Other is not { Host: var host })
            return;
        await LeaveAsync(
            host, machines => machines.DropDiskAsync(Server, generation, cancellationToken), cancellationToken);
        await SaveAsync(server => server with { Other = null }, cancellationToken);
    }

    public DateTime Now => time.UtcNow();

    /// <summary>Whether a step has succeeded in this action, now or before it was taken up.</summary>
    public bool Succeeded(string step) => run.Succeeded(step);

    /// <summary>Whether a step was tried at all in this action.</summary>
    public bool Began(string step) => run.Began(step);

    /// <summary>What the request asked for.</summary>
    public T Arguments<T>() => ActionArguments.Read<T>(run.Action.Arguments);

    /// <summary>Changes the server's states in its row.</summary>
    public async Task SaveAsync(Func<Server, Server> change, CancellationToken cancellationToken)
    {
        var changed = change(Server with { TaskState = run.TaskState ?? Server.TaskState }) with { UpdatedAt = Now };
        await patience.RunAsync(token => store.SaveAsync(fence, changed, token), cancellationToken);
        Server = changed;
    }

    /// <summary>Finds a host for a server that is on none and takes up room there.</summary>
    /// <exception cref="StepException">Permanent: there is none.</exception>
    public async Task PlaceAsync(PlaceWish wish, CancellationToken cancellationToken)
        => Server = await patience.RunAsync(token => placing.PlaceAsync(fence, wish, token), cancellationToken);

    /// <summary>
    /// Finds a host for the server with another flavor, here or elsewhere, and takes up room there, too.
    /// </summary>
    /// <exception cref="StepException">Permanent: there is none.</exception>
    public async Task PlaceAnewAsync(ServerFlavor flavor, PlaceWish wish, CancellationToken cancellationToken)
        => Server = await patience.RunAsync(
            token => placing.PlaceAnewAsync(fence, flavor, wish, token), cancellationToken);

    /// <summary>Has a machine that is off start from the server's own disk again, if it was rescued.</summary>
    public async Task LeaveRescueAsync(CancellationToken cancellationToken)
    {
        if (Server.RescueImageId is null)
            return;
        await Machines.DeleteRescueDiskAsync(Server, cancellationToken);
        await SaveAsync(server => server with { RescueImageId = null }, cancellationToken);
    }

    /// <summary>
    /// Takes the machine's present state as the server's power_state; where it cannot be had, the last known stays.
    /// </summary>
    public async Task LookAtMachineAsync(CancellationToken cancellationToken)
    {
        try
        {
            Server = Server with { PowerState = await Machines.GetStateAsync(Server, cancellationToken) };
        }
        catch (StepException)
        {
            // The host does not answer; its machines are looked at again when it does.
        }
    }

    /// <summary>Takes what the machine's network knows of its addresses; it may come to know them later.</summary>
    public async Task LookAtAddressesAsync(CancellationToken cancellationToken)
    {
        try
        {
            Server = Server with { Addresses = await Machines.GetAddressesAsync(Server, cancellationToken) };
        }
        catch (StepException)
        {
            // As above.
        }
    }

    /// <summary>Runs a step inside the one that is running.</summary>
    public Task RunInnerAsync(Step step, CancellationToken cancellationToken)
        => steps.RunAsync(run, OnItsHost(step), cancellationToken);

    /// <summary>A step is done on the server's host, unless it says where.</summary>
    public Step OnItsHost(Step step) => step.Host is null ? step with { Host = () => Host } : step;

    /// <summary>
    /// Reports how far a copy is, in the server's progress; a report that cannot be written is dropped.
    /// </summary>
    /// <param name="from">How far the whole is when the copy begins, of 1.</param>
    /// <param name="to">How far it is when the copy ends.</param>
    public IProgress<double> Progress(double from = 0, double to = 1) => new CopyProgress(this, from, to);

    private sealed class CopyProgress(ServerWork work, double from, double to) : IProgress<double>
    {
        private int last;

        public void Report(double value)
        {
            var percent = (int)((from + (value * (to - from))) * 100);
            if (percent / 5 == last / 5)
                return;
            last = percent;
            work.store.SaveProgressAsync(work.fence, percent, CancellationToken.None)
                .ContinueWith(static saved => _ = saved.Exception, TaskScheduler.Default);
        }
    }
}
