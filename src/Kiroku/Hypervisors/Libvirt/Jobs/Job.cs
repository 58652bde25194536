namespace Kiroku.Hypervisors.Libvirt.Jobs;

/// <summary>
/// A call to libvirt: its operation in our words, the longest that the caller waits, and the machines and volumes whose
/// turn it needs.
/// </summary>
internal sealed record Job(string Operation, TimeSpan Deadline, params string[] Places)
{
    public static string PlaceOf(Guid machine) => $"machine {machine}";

    public static string PlaceOf(string volume) => $"volume {volume}";
}
