using System.Diagnostics.Metrics;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Upkeep;

/// <summary>How many machines this node's host has in each state, as it was last looked at, for metrics.</summary>
internal sealed class MachineStates
{
    private static readonly MachineState[] All =
        [MachineState.Running, MachineState.Paused, MachineState.Off, MachineState.Crashed];

    private volatile IReadOnlyDictionary<MachineState, int>? last;

    public MachineStates(IMeterFactory meters)
        => meters.Create(Meters.Name).CreateObservableGauge(
            "kiroku.machines", Tell, "{machine}",
            "Machines on this node's host by state (running, paused, off, crashed), as of the last look");

    public void Note(IEnumerable<MachineState> states)
        => last = states.CountBy(state => state).ToDictionary(state => state.Key, state => state.Value);

    private IEnumerable<Measurement<int>> Tell()
        => last is not { } counted ? [] : All.Select(state => new Measurement<int>(
            counted.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", NameOf(state))));

    private static string NameOf(MachineState state) => state switch
    {
        MachineState.Running => "running",
        MachineState.Paused => "paused",
        MachineState.Off => "off",
        _ => "crashed",
    };
}
