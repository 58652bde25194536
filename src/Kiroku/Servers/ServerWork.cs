using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kiroku.Actions;
using Kiroku.Scheduling;
using Kiroku.Storage;

namespace Kiroku.Servers;

/// <summary>One running of a workflow: the server as it stands at this moment, and what steps may do with it.</summary>
internal sealed class ServerWork(
    Server server, ActionRun run, Machines machines, ServerStore store, PersistentWrites writes, StepRunner steps, TimeProvider time)
{
    private readonly ServerStore store = store;
    private readonly ActionRun run = run;

    /// <summary>The server as it stands: every change of its row by this action is in here.</summary>
    public Server Server { get; private set; } = server;

    public Machines Machines { get; } = machines;

    public DateTime Now => time.UtcNow();

    /// <summary>Whether a step has succeeded in this action, now or before it was taken up.</summary>
    public bool Succeeded(string step) => run.Succeeded(step);

    /// <summary>Whether a step was tried at all in this action.</summary>
    public bool Began(string step) => run.Began(step);

    /// <summary>What the request asked for.</summary>
    public T Arguments<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(run.Action.Arguments ?? "{}", type)!;

    /// <summary>Changes the server's states in its row.</summary>
    public async Task SaveAsync(Func<Server, Server> change, CancellationToken cancellationToken)
    {
        var changed = change(Server with { TaskState = run.TaskState ?? Server.TaskState }) with { UpdatedAt = Now };
        await writes.RunAsync(token => store.SaveAsync(run.Fence, changed, token), cancellationToken);
        Server = changed;
    }

    /// <summary>Finds a host with that much room for the server and takes it up.</summary>
    /// <exception cref="StepException">Permanent: there is none.</exception>
    public async Task PlaceAsync(Claim claim, CancellationToken cancellationToken)
    {
        var limits = await Machines.GetLimitsAsync(cancellationToken);
        if (!await writes.RunAsync(token => store.ClaimAsync(run.Fence, run.Host, claim, limits, token), cancellationToken))
            throw new StepException("No valid host was found.", permanent: true);
        Server = Server with { Host = run.Host, Claim = claim };
    }

    /// <summary>Has a machine that is off start from the server's own disk again, if it was rescued.</summary>
    public async Task LeaveRescueAsync(CancellationToken cancellationToken)
    {
        if (Server.RescueImageId is null)
            return;
        await Machines.DeleteRescueDiskAsync(Server, cancellationToken);
        await SaveAsync(server => server with { RescueImageId = null }, cancellationToken);
    }

    /// <summary>Takes the machine's present state as the server's power_state; where it cannot be had, the last known stays.</summary>
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
    public Task RunInnerAsync(Step step, CancellationToken cancellationToken) => steps.RunAsync(run, step, cancellationToken);

    /// <summary>Reports how far a copy is, in the server's progress; a report that cannot be written is dropped.</summary>
    public IProgress<double> Progress => new CopyProgress(this);

    private sealed class CopyProgress(ServerWork work) : IProgress<double>
    {
        private int last;

        public void Report(double value)
        {
            var percent = (int)(value * 100);
            if (percent / 5 == last / 5)
                return;
            last = percent;
            work.store.SaveProgressAsync(work.run.Fence, percent, CancellationToken.None)
                .ContinueWith(static saved => _ = saved.Exception, TaskScheduler.Default);
        }
    }
}
