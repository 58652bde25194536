namespace Kiroku.Hypervisors.Libvirt;

/// <summary>What is asked of machines, as jobs.</summary>
internal sealed partial class Machines(
    Work work, MachineSignals signals, ConsoleFiles consoles, LibvirtOptions options, TimeProvider time, ILogger logger)
{
    public Task<MachineState> GetStateAsync(Guid machine, CancellationToken cancellationToken)
        => work.RunAsync(
            new Job(Operations.ReadState, options.CallTimeout),
            session => Domains.State(session, machine),
            cancellationToken);

    public Task<IReadOnlyList<MachineAddress>> GetAddressesAsync(Guid machine, CancellationToken cancellationToken)
        => work.RunAsync<IReadOnlyList<MachineAddress>>(
            new Job(Operations.ReadAddresses, options.CallTimeout),
            session => Addresses.Leased(session, machine),
            cancellationToken);

    public Task<Dictionary<Guid, MachineState>> ListAsync(CancellationToken cancellationToken)
        => work.RunAsync(new Job("list the machines", options.CallTimeout), Domains.List, cancellationToken);

    public Task DefineAsync(MachineSpec spec, CancellationToken cancellationToken)
        => work.RunAsync(
            new Job(Operations.Define, options.CallTimeout, Job.PlaceOf(spec.Id)),
            session => Domains.Define(session, spec),
            cancellationToken);

    public Task StartAsync(Guid machine, CancellationToken cancellationToken)
        => work.RunAsync(
            new Job(Operations.Start, options.StartTimeout, Job.PlaceOf(machine)),
            session =>
            {
                consoles.Trim(machine);
                Domains.Start(session, machine);
            },
            cancellationToken);

    public Task PauseAsync(Guid machine, CancellationToken cancellationToken)
        => work.RunAsync(
            new Job(Operations.Pause, options.CallTimeout, Job.PlaceOf(machine)),
            session => Domains.Pause(session, machine),
            cancellationToken);

    public Task SuspendAsync(Guid machine, CancellationToken cancellationToken)
        => work.RunAsync(
            new Job(Operations.Suspend, options.SaveTimeout, Job.PlaceOf(machine)),
            session => Domains.Save(session, machine),
            cancellationToken);

    public Task ContinueAsync(Guid machine, CancellationToken cancellationToken)
        => work.RunAsync(
            new Job(Operations.Continue, options.SaveTimeout, Job.PlaceOf(machine)),
            session =>
            {
                consoles.Trim(machine);
                Domains.Continue(session, machine);
            },
            cancellationToken);

    public async Task StopAsync(Guid machine, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (grace <= TimeSpan.Zero)
            await DestroyAtOnceAsync("switch the machine off", machine, cancellationToken);
        var job = new Job(Operations.Stop, grace + options.DestroyTimeout, Job.PlaceOf(machine));
        await work.RunAsync(job, abandoned => AskThenDestroyAsync(machine, grace, abandoned), cancellationToken);
    }

    public async Task UndefineAsync(Guid machine, CancellationToken cancellationToken)
    {
        await DestroyAtOnceAsync("switch the machine off", machine, cancellationToken);
        await work.RunAsync(
            new Job(Operations.Undefine, options.DestroyTimeout, Job.PlaceOf(machine)),
            session =>
            {
                Domains.Destroy(session, machine);
                Domains.Undefine(session, machine);
                consoles.Delete(machine);
            },
            cancellationToken);
    }

    /// <summary>
    /// Out of turn: the machine's place may be held by a call that only comes back when its hung QEMU is killed.
    /// </summary>
    private Task DestroyAtOnceAsync(string operation, Guid machine, CancellationToken cancellationToken)
        => work.RunAsync(
            new Job(operation, options.DestroyTimeout),
            session => Domains.Destroy(session, machine),
            cancellationToken);

    private async Task<bool> AskThenDestroyAsync(Guid machine, TimeSpan grace, CancellationToken abandoned)
    {
        var began = time.GetTimestamp();
        while (grace - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            using var change = signals.Next(machine);
            await PressPowerButtonAsync(machine, abandoned);
            var state = await work.Connection.CallAsync(session => Domains.State(session, machine), abandoned);
            if (state is MachineState.Off or MachineState.Absent)
                return true;
            // A paused guest hears nothing.
            if (state != MachineState.Running)
                break;
            await change.WaitAsync(left < options.ShutdownInterval ? left : options.ShutdownInterval, time, abandoned);
        }
        if (grace > TimeSpan.Zero)
            LogForced(machine);
        return await work.Connection.CallAsync(
            session =>
            {
                Domains.Destroy(session, machine);
                return true;
            },
            abandoned);
    }

    /// <summary>Asking is a courtesy: where it fails or hangs, the grace runs on and force comes after it.</summary>
    private async Task PressPowerButtonAsync(Guid machine, CancellationToken abandoned)
    {
        var press = work.Connection.CallAsync(
            session =>
            {
                Domains.PressPowerButton(session, machine);
                return true;
            },
            abandoned);
        try
        {
            await press.WaitAsync(options.ShutdownInterval, time, abandoned);
        }
        catch (Exception e) when (e is LibvirtException or TimeoutException)
        {
            LogNotAsked(machine, e.Message);
            _ = press.ContinueWith(
                late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    [LoggerMessage(LogLevel.Information, "Machine {Machine} did not switch off when asked; it is switched off by force.")]
    private partial void LogForced(Guid machine);

    [LoggerMessage(LogLevel.Information, "Machine {Machine} could not be asked to switch off: {Reason}")]
    private partial void LogNotAsked(Guid machine, string reason);
}
