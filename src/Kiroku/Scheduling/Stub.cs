namespace Kiroku.Scheduling;

internal sealed record HostState(string Name, string Zone, bool Enabled, bool Up, Claim Limits, Claim Used);

internal sealed record SpecToPlace(Claim Claim)
{
    public string? Zone { get; init; }
    public string? OnlyHost { get; init; }
    public IReadOnlyList<string> Excluded { get; init; } = [];
}
