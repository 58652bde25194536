using Kiroku.Hypervisors.Libvirt.Jobs;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt;

/// <content>The verbs for machines, each as a job.</content>
internal sealed partial class LibvirtHypervisor
{
    public Task<string?> GetMacAddressAsync(Guid machine, CancellationToken cancellationToken)
        => Task.FromResult(network.Kind == NetworkKind.None ? null : NetworkCard.MacOf(machine));

    public Task<IReadOnlyList<MachineAddress>> GetAddressesAsync(Guid machine, CancellationToken cancellationToken)
        => network.IsLeased
            ? jobs.RunAsync(
                new Job(Operations.ReadAddresses, options.CallTimeout),
                session => AddressLookup.Leased(session, machine),
                cancellationToken)
            : Task.FromResult(AddressLookup.Unknown(network, machine));

    public Task<MachineState> GetStateAsync(Guid machine, CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job(Operations.ReadState, options.CallTimeout),
            session => DomainLookup.StateOf(session, machine),
            cancellationToken);

    public async Task<IReadOnlyDictionary<Guid, MachineState>> ListMachinesAsync(CancellationToken cancellationToken)
        => await jobs.RunAsync(new Job("list the machines", options.CallTimeout), DomainLookup.List, cancellationToken);

    public Task DefineAsync(MachineSpec spec, CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job(Operations.Define, options.CallTimeout, Job.PlaceOf(spec.Id)),
            session =>
            {
                filters.Define(session, spec);
                Domains.Define(session, spec);
            },
            cancellationToken);

    public Task FilterAsync(Guid machine, CardFilter filter, CancellationToken cancellationToken)
        => filters.IsTold(machine, filter) ? Task.CompletedTask : jobs.RunAsync(
            new Job(Operations.Filter, options.CallTimeout, Job.PlaceOf(machine)),
            session => filters.Apply(session, machine, filter),
            cancellationToken);

    public Task StartAsync(Guid machine, CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job(Operations.Start, options.StartTimeout, Job.PlaceOf(machine)),
            session =>
            {
                consoles.Trim(machine);
                Domains.Start(session, machine);
            },
            cancellationToken);

    public Task PauseAsync(Guid machine, CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job(Operations.Pause, options.CallTimeout, Job.PlaceOf(machine)),
            session => Domains.Pause(session, machine),
            cancellationToken);

    public Task InjectNmiAsync(Guid machine, CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job(Operations.InjectNmi, options.CallTimeout, Job.PlaceOf(machine)),
            session => Domains.InjectNmi(session, machine),
            cancellationToken);

    public Task SuspendAsync(Guid machine, CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job(Operations.Suspend, options.SaveTimeout, Job.PlaceOf(machine)),
            session => Domains.Save(session, machine),
            cancellationToken);

    public Task ContinueAsync(Guid machine, CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job(Operations.Continue, options.SaveTimeout, Job.PlaceOf(machine)),
            session =>
            {
                consoles.Trim(machine);
                // Its memory may be from before it had a filter.
                filters.Forget(machine);
                Domains.Continue(session, machine);
            },
            cancellationToken);

    public async Task<bool> StopAsync(Guid machine, TimeSpan grace, CancellationToken cancellationToken)
    {
        var wasCut = grace <= TimeSpan.Zero && await DestroyAtOnceAsync(machine, cancellationToken);
        var wasForced = await jobs.RunAsync(
            new Job(Operations.Stop, grace + options.DestroyTimeout, Job.PlaceOf(machine)),
            abandoned => shutdown.RunAsync(machine, grace, abandoned),
            cancellationToken);
        return wasCut || wasForced;
    }

    public async Task UndefineAsync(Guid machine, CancellationToken cancellationToken)
    {
        await DestroyAtOnceAsync(machine, cancellationToken);
        await jobs.RunAsync(
            new Job(Operations.Undefine, options.DestroyTimeout, Job.PlaceOf(machine)),
            session =>
            {
                Domains.Destroy(session, machine);
                Domains.Undefine(session, machine);
                filters.Release(session, machine);
                consoles.Delete(machine);
            },
            cancellationToken);
    }

    public Task<string> ReadConsoleAsync(Guid machine, int maxBytes, CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job(Operations.ReadConsole, options.CallTimeout),
            abandoned => Task.Run(() => consoles.Read(machine, maxBytes), abandoned),
            cancellationToken);

    /// <summary>
    /// Switches the machine off out of turn: its place may be held by a call that only comes back when its hung QEMU is
    /// killed.
    /// </summary>
    /// <returns>Whether it was on.</returns>
    private Task<bool> DestroyAtOnceAsync(Guid machine, CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job("switch the machine off", options.DestroyTimeout),
            session => Domains.Destroy(session, machine),
            cancellationToken);
}
