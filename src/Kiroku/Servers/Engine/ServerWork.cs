using Kiroku.Actions;
using Kiroku.Scheduling;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>One run of a workflow: the server as it is at this moment, and all that steps may do with it.</summary>
internal sealed class ServerWork(
    Server server, ActionRun run, ServerHosts hosts, Placing placing, ServerStore store, StorePatience patience,
    StepRunner steps, TimeProvider time)
{
    private readonly ServerStore store = store;
    private readonly ActionRun run = run;
    private readonly Fence fence = server.Fence;
    private Server? saved = server;

    /// <summary>The server as it is now, with every change that this action has made to its row.</summary>
    public Server Server { get; private set; } = server;

    /// <summary>The machines of <see cref="Host"/>.</summary>
    public HostMachines Machines => On(Host);

    /// <summary>Name of the host that the server is on or, if it is on none, that its disk lies on.</summary>
    public string Host => Server.Host ?? Server.Disk?.Host ?? run.Host;

    /// <summary>Name of the node that runs the action; the steps on the server may be done elsewhere.</summary>
    public string Node => run.Host;

    /// <summary>The server as the action's end has left it; null before that.</summary>
    public Server? Left { get; private set; }

    public HostMachines On(string host) => hosts.MachinesOn(host, fence);

    /// <summary>
    /// Cleans up on a host that the server leaves for good. If that host is away, it does so by itself once it is back.
    /// </summary>
    public async Task LeaveAsync(string host, Func<HostMachines, Task> leave, CancellationToken cancellationToken)
    {
        if (!await hosts.LeaveAsync(host, fence, leave, cancellationToken))
            run.Warn(WarningCodes.LeftForLater);
    }

    /// <summary>Names of the hosts that may hold something that belongs to the server.</summary>
    public IEnumerable<string> Hosts => hosts.Of(Server);

    /// <summary>Deletes a disk on the server's second host, if there is one, and gives up that host.</summary>
    public async Task LeaveOtherHostAsync(int generation, CancellationToken cancellationToken)
    {
        if (Server.Other is not { Host: var host })
            return;
        await LeaveAsync(
            host, machines => machines.DropDiskAsync(Server, generation, cancellationToken), cancellationToken);
        await SaveAsync(server => server with { Other = null }, cancellationToken);
    }

    public DateTime Now => time.UtcNow();

    /// <summary>Whether a step has succeeded in this action, in this run or an earlier one.</summary>
    public bool Succeeded(string step) => run.Succeeded(step);

    /// <summary>Whether a step was tried at all in this action.</summary>
    public bool Began(string step) => run.Began(step);

    /// <summary>Whether the action is being undone because somebody cancelled it.</summary>
    public bool IsCancelled => run.Action.Cancelled is not null;

    /// <summary>From now on the action cannot be cancelled, because what comes next cannot be undone.</summary>
    /// <exception cref="FencedException">It was cancelled a moment ago.</exception>
    public Task PassNoReturnAsync(CancellationToken cancellationToken)
        => steps.PassNoReturnAsync(run, cancellationToken);

    /// <summary>The arguments of the request.</summary>
    public T Arguments<T>() => ActionArguments.Read<T>(run.Action.Arguments);

    /// <summary>
    /// Asks the guest to switch off, and forces it when it takes too long; the record says so then.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!await Machines.StopAsync(Server, cancellationToken))
            return;
        run.Explain(ReasonCodes.GuestForcedOff);
        run.Warn(WarningCodes.GuestForcedOff);
    }

    /// <summary>Cuts the machine's power, as was asked for.</summary>
    public async Task PowerOffAsync(CancellationToken cancellationToken)
    {
        if (await Machines.PowerOffAsync(Server, cancellationToken))
            run.Explain(ReasonCodes.GuestForcedOff);
    }

    /// <summary>Has the record say that the action has made an image; written with what is written next.</summary>
    public void NoteCreatedImage(string image) => run.NoteCreatedImage(image);

    /// <summary>Changes the server's states in its row.</summary>
    public async Task SaveAsync(Func<Server, Server> change, CancellationToken cancellationToken)
    {
        var changed = change(Server with { TaskState = run.TaskState }) with { UpdatedAt = Now };
        await SavingAsync(changed, (known, token) => store.SaveAsync(fence, changed, known, token), cancellationToken);
        Server = changed;
        run.TaskState = changed.TaskState;
    }

    /// <summary>Ends the action, with the server as it is then.</summary>
    public async Task EndAsync(Server server, RecordedAction ended, CancellationToken cancellationToken)
    {
        await SavingAsync(
            server, (known, token) => store.EndActionAsync(server, known, ended, token), cancellationToken);
        Left = server with { RunningAction = null, TaskState = null, Progress = 0 };
    }

    /// <summary>Finds a host for a server that is on none, and claims room there.</summary>
    /// <exception cref="StepException">Permanent: no host will do.</exception>
    public Task PlaceAsync(PlaceWish wish, CancellationToken cancellationToken)
        => PlaceAsync(token => placing.PlaceAsync(fence, wish, token), cancellationToken);

    /// <summary>
    /// Finds a host for the server with another flavor, its own or another one, and claims room there, too.
    /// </summary>
    /// <exception cref="StepException">Permanent: no host will do.</exception>
    public Task PlaceAnewAsync(ServerFlavor flavor, PlaceWish wish, CancellationToken cancellationToken)
        => PlaceAsync(token => placing.PlaceAnewAsync(fence, flavor, wish, token), cancellationToken);

    /// <summary>Fails where the server's host cannot give its machine what is needed.</summary>
    /// <exception cref="StepException">Permanent: it cannot.</exception>
    public Task RequireHostAsync(IReadOnlyList<HostDemand> demands, CancellationToken cancellationToken)
        => placing.RequireAsync(Server, demands, cancellationToken);

    /// <summary>Fails where the server's disk is missing, before its machine is touched.</summary>
    public Task RequireDiskAsync(CancellationToken cancellationToken)
        => Machines.RequireDiskAsync(Server.Id, Server.Disk!.Generation, cancellationToken);

    /// <summary>
    /// Ends a rescue, if there is one: a machine that is off then starts from the server's own disk again.
    /// </summary>
    public async Task LeaveRescueAsync(CancellationToken cancellationToken)
    {
        if (Server.RescueImageId is null)
            return;
        await Machines.DeleteRescueDiskAsync(Server, cancellationToken);
        await SaveAsync(server => server with { RescueImageId = null }, cancellationToken);
    }

    /// <summary>
    /// Updates the server's power_state from its machine. If the host does not answer, the last known state stays.
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

    /// <summary>
    /// Updates the server's addresses from the machine's network, which may learn them only later; until then the last
    /// known ones stay.
    /// </summary>
    public async Task LookAtAddressesAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await Machines.GetAddressesAsync(Server, cancellationToken) is { Count: > 0 } addresses)
                Server = Server with { Addresses = addresses };
        }
        catch (StepException)
        {
            run.Warn(WarningCodes.AddressUnknown);
        }
    }

    /// <summary>Runs a step inside the one that is running.</summary>
    public Task RunInnerAsync(Step step, CancellationToken cancellationToken)
        => steps.RunAsync(run, OnItsHost(step), cancellationToken);

    /// <summary>The step, to be done on the server's host unless it names another.</summary>
    public Step OnItsHost(Step step) => step.Host is null ? step with { Host = () => Host } : step;

    /// <summary>
    /// Reports how far a copy is, in the server's progress; a report that cannot be written is dropped.
    /// </summary>
    /// <param name="from">The progress of the whole, from 0 to 1, when the copy begins.</param>
    /// <param name="to">The progress of the whole when the copy ends.</param>
    public IProgress<double> Progress(double from = 0, double to = 1) => new CopyProgress(this, from, to);

    private async Task PlaceAsync(Func<CancellationToken, Task<Server>> place, CancellationToken cancellationToken)
    {
        saved = null;
        saved = Server = await patience.RunAsync(place, cancellationToken);
    }

    // A write whose answer is lost may have been carried out or not: then nothing is known of the row.
    private async Task SavingAsync(
        Server server, Func<Server?, CancellationToken, Task> save, CancellationToken cancellationToken)
    {
        await patience.RunAsync(
            token =>
            {
                var known = saved;
                saved = null;
                return save(known, token);
            }, cancellationToken);
        saved = server;
    }

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
