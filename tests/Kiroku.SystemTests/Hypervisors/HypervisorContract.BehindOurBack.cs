using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Daemon;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.SystemTests.Hypervisors;

/// <content>What somebody else may do to a machine's definition at libvirt, past the service.</content>
public abstract partial class HypervisorContract
{
    private const uint WithManagedSave = 1;

    private protected abstract LibvirtOptions OptionsOfHost { get; }

    private protected abstract Task<LibvirtAddress> FindDaemonAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_machine_that_was_renamed_is_found_used_and_removed(bool runs)
    {
        var machine = await NewMachineAsync();
        await RenameAsync(machine, "somebody-elses-" + machine);
        await ExpectAsync(machine, MachineState.Off);
        if (runs)
        {
            await Twice(() => Hypervisor.DefineAsync(SpecOf(machine), Token));
            await Hypervisor.StartAsync(machine, Token);
            await ExpectAsync(machine, MachineState.Running);
            Assert.Equal(MachineState.Running, (await Hypervisor.ListMachinesAsync(Token))[machine]);
        }
        await Twice(() => Hypervisor.UndefineAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Absent);
    }

    [Fact]
    public async Task A_renamed_machine_that_runs_is_defined_anew_paused_saved_and_stopped_all_the_same()
    {
        var machine = await NewMachineAsync();
        await RenameAsync(machine, "somebody-elses-" + machine);
        await Hypervisor.StartAsync(machine, Token);
        await Twice(() => Hypervisor.DefineAsync(SpecOf(machine), Token));
        await Hypervisor.PauseAsync(machine, Token);
        await Hypervisor.ContinueAsync(machine, Token);
        await Hypervisor.SuspendAsync(machine, Token);
        await Hypervisor.DefineAsync(SpecOf(machine), Token);
        await Hypervisor.ContinueAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Running);
        await Hypervisor.StopAsync(machine, TimeSpan.Zero, Token);
        await ExpectAsync(machine, MachineState.Off);
    }

    [Fact]
    public async Task A_running_machine_without_its_definition_is_saved_and_goes_on()
    {
        var machine = await NewMachineAsync();
        await Hypervisor.StartAsync(machine, Token);
        await UndefineAsync(machine);
        await Hypervisor.SuspendAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Off);
        await Hypervisor.ContinueAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Running);
    }

    [Fact]
    public async Task A_running_machine_without_its_definition_is_stopped_started_and_removed()
    {
        var machine = await NewMachineAsync();
        await Hypervisor.StartAsync(machine, Token);
        await UndefineAsync(machine);
        await Twice(() => Hypervisor.StopAsync(machine, TimeSpan.FromSeconds(1), Token));
        await Hypervisor.DefineAsync(SpecOf(machine), Token);
        await Hypervisor.StartAsync(machine, Token);
        await UndefineAsync(machine);
        await Twice(() => Hypervisor.UndefineAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Absent);
    }

    [Fact]
    public async Task A_machine_that_was_defined_again_without_its_UUID_gets_it_back()
    {
        var machine = await NewMachineAsync();
        await OnDomainAsync(machine, (session, domain) =>
        {
            var definition = Native.Take(Native.virDomainGetXMLDesc(domain, 2)).Replace(
                $"<uuid>{machine}</uuid>", $"<uuid>{Guid.NewGuid()}</uuid>", StringComparison.Ordinal);
            LibvirtException.Check(Native.virDomainUndefineFlags(domain, 0));
            LibvirtException.Check(Native.virDomainDefineXML(session.Connect, definition)).Dispose();
        });
        await Hypervisor.DefineAsync(SpecOf(machine), Token);
        await Hypervisor.StartAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Running);
        await Hypervisor.UndefineAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Absent);
    }

    [Fact]
    public async Task A_machine_without_saved_memory_does_not_go_on_by_a_boot()
    {
        var machine = await NewMachineAsync();
        var failure = await Assert.ThrowsAsync<HypervisorException>(() => Hypervisor.ContinueAsync(machine, Token));
        Assert.Equal((HypervisorFailure.Failed, Operations.ContinueWithoutMemory),
            (failure.Failure, failure.Operation));
        await ExpectAsync(machine, MachineState.Off);
    }

    private protected MachineSpec SpecOf(Guid machine)
        => new(machine, "again", 1, 64, NameOf($"m{machines.IndexOf(machine) + 1}"));

    private Task RenameAsync(Guid machine, string name)
        => OnDomainAsync(machine, (_, domain) => LibvirtException.Check(Native.virDomainRename(domain, name, 0)));

    private Task UndefineAsync(Guid machine) => OnDomainAsync(
        machine, (_, domain) => LibvirtException.Check(Native.virDomainUndefineFlags(domain, WithManagedSave)));

    /// <summary>Calls libvirt on a connection of its own, as virsh does.</summary>
    private async Task OnDomainAsync(Guid machine, Action<Session, DomainHandle> call)
    {
        using var address = await FindDaemonAsync();
        using var session = SessionOpener.Open(address, OptionsOfHost, new DeafListener());
        using var domain = DomainLookup.Need(session, machine);
        call(session, domain);
    }
}
