namespace Kiroku.Processes;

/// <summary>What the service measures itself by, for whoever collects it.</summary>
internal static class Meters
{
    public const string Name = "Kiroku";
}
