namespace Kiroku.Processes;

/// <summary>The service's metrics, for whatever collects them.</summary>
internal static class Meters
{
    public const string Name = "Kiroku";
}
