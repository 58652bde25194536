namespace Kiroku.Hypervisors;

/// <summary>
/// The states of a machine. Numbers are Nova's power_state (nova/compute/power_state.py); Absent is its NOSTATE.
/// </summary>
[GenerateSerializer, Alias("Kiroku.MachineState")]
public enum MachineState
{
    Absent = 0,
    Running = 1,
    Paused = 3,
    Off = 4,
    Crashed = 6,
}

/// <summary>One machine's new state or, without a machine, the notice that changes may have been missed.</summary>
public sealed record MachineChange(Guid? Machine, MachineState State)
{
    public static readonly MachineChange Lost = new(null, MachineState.Absent);
}
