using Kiroku.Hypervisors;

namespace Kiroku.Networks;

/// <summary>A server's card, with the state of its machine.</summary>
internal sealed record ServerCard
{
    /// <summary>The server's id.</summary>
    public Guid Id { get; init; }

    public required string ProjectId { get; init; }

    public string? Host { get; init; }

    /// <summary>Empty while the machine has no card.</summary>
    public required IReadOnlyList<MachineAddress> Addresses { get; init; }

    /// <summary>The ids of its security groups.</summary>
    public required IReadOnlyList<Guid> Groups { get; init; }

    public MachineState PowerState { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }
}
