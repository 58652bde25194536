using Kiroku.Hypervisors;

namespace Kiroku.SystemTests.Hypervisors;

/// <content>Lists of all machines.</content>
public abstract partial class HypervisorContract
{
    [Fact]
    public async Task The_list_agrees_with_what_each_machine_reports_itself()
    {
        var (off, running, paused, saved) =
            (await NewMachineAsync(), await NewMachineAsync(), await NewMachineAsync(), await NewMachineAsync());
        foreach (var machine in new[] { running, paused, saved })
            await Hypervisor.StartAsync(machine, Token);
        await Hypervisor.PauseAsync(paused, Token);
        await Hypervisor.SuspendAsync(saved, Token);
        var list = await Hypervisor.ListMachinesAsync(Token);
        foreach (var (machine, state) in new[]
        {
            (off, MachineState.Off),
            (running, MachineState.Running),
            (paused, MachineState.Paused),
            (saved, MachineState.Off),
        })
        {
            Assert.Equal(state, list[machine]);
            await ExpectAsync(machine, state);
        }
    }
}
