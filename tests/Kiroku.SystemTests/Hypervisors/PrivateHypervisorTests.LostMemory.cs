using Kiroku.Hypervisors;

namespace Kiroku.SystemTests.Hypervisors;

/// <content>Machines whose saved memory was lost with its file, which libvirt does not notice.</content>
public sealed partial class PrivateHypervisorTests
{
    [Fact]
    public async Task A_machine_whose_saved_memory_is_lost_does_not_go_on_but_can_be_started()
    {
        var machine = await NewMachineAsync();
        await LoseMemoryAsync(machine);
        var failure = await Assert.ThrowsAsync<HypervisorException>(() => Hypervisor.ContinueAsync(machine, Token));
        Assert.Equal((HypervisorFailure.Failed, Operations.ContinueWithoutMemory),
            (failure.Failure, failure.Operation));
        await ExpectAsync(machine, MachineState.Off);

        await Hypervisor.DefineAsync(SpecOf(machine), Token);
        await Twice(() => Hypervisor.StartAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Running);
        await Hypervisor.SuspendAsync(machine, Token);
        await Hypervisor.ContinueAsync(machine, Token);
        await ExpectAsync(machine, MachineState.Running);
    }

    [Fact]
    public async Task A_machine_whose_saved_memory_is_lost_can_be_switched_off_defined_anew_and_removed()
    {
        var machine = await NewMachineAsync();
        await LoseMemoryAsync(machine);
        await Hypervisor.StopAsync(machine, TimeSpan.Zero, Token);
        await Hypervisor.DefineAsync(SpecOf(machine), Token);
        await Assert.ThrowsAsync<HypervisorException>(() => Hypervisor.SuspendAsync(machine, Token));
        await Twice(() => Hypervisor.UndefineAsync(machine, Token));
        await ExpectAsync(machine, MachineState.Absent);
    }

    private async Task LoseMemoryAsync(Guid machine)
    {
        await Hypervisor.StartAsync(machine, Token);
        await Hypervisor.SuspendAsync(machine, Token);
        File.Delete(Assert.Single(Directory.GetFiles(
            Host.Options.Folder, $"kiroku-{machine}.save", SearchOption.AllDirectories)));
    }
}
