namespace Kiroku.Hypervisors.Libvirt.Jobs;

/// <summary>What is being done in our words, how long its caller waits at most, and whose places it needs.</summary>
internal sealed record Job(string Operation, TimeSpan Deadline, params string[] Places)
{
    public static string PlaceOf(Guid machine) => $"machine {machine}";

    public static string PlaceOf(string volume) => $"volume {volume}";
}
