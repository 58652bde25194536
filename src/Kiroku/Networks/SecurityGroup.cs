using Kiroku.Hypervisors;

namespace Kiroku.Networks;

/// <summary>
/// A project's security group: what its servers may send and receive. Until a project makes or changes one it has the
/// group default alone, whose rules are read off the cloud's networks.
/// </summary>
internal sealed record SecurityGroup(string ProjectId, IReadOnlyList<GroupRule> Rules)
{
    public const string Default = "default";

    /// <summary>Where QEMU itself answers in a network that leads nowhere: as router and as name server.</summary>
    private const string QemuItself = "10.0.2.2/31";

    private static readonly Passing[] Everything
        = [new("egress", 4), new("egress", 6), new("ingress", 4), new("ingress", 6)];

    public required Guid Id { get; init; }

    public string Name { get; init; } = Default;

    public string Description { get; init; } = "What this cloud's networks let through. It cannot be changed.";

    /// <summary>When it was made and last changed; null for one that stands in no row.</summary>
    public (DateTime Created, DateTime Updated)? Times { get; init; }

    public bool IsDefault => Id == IdOf(ProjectId);

    /// <summary>Whether it stands in a row, so that hosts enforce it.</summary>
    public bool IsKept => Times is not null;

    /// <summary>The id of a project's group default.</summary>
    public static Guid IdOf(string projectId) => StableId.Of($"security group {projectId}");

    /// <summary>The group default of a project that has made and changed none.</summary>
    public static SecurityGroup Of(string projectId, NetworkMap networks) => networks.FiltersCards
        ? Initial(projectId)
        : new SecurityGroup(
            projectId,
            [
                .. networks.All.SelectMany(network => Passing(network.Kind)
                    .Select(passing => GroupRule.Of((projectId, IdOf(projectId)), network, passing))),
            ])
        {
            Id = IdOf(projectId),
        };

    /// <summary>
    /// The group default as it is to begin with where hosts enforce groups: it lets everything through, as their
    /// networks do for servers from before.
    /// </summary>
    public static SecurityGroup Initial(string projectId)
        => new(projectId, [.. Everything.Select(passing => GroupRule.Initial((projectId, IdOf(projectId)), passing))])
        {
            Id = IdOf(projectId),
            Description = "Default security group",
        };

    /// <summary>What is let through, as docs/security.md has it.</summary>
    private static Passing[] Passing(NetworkKind kind) => kind switch
    {
        NetworkKind.Isolated =>
        [
            new("egress", 4) { Protocol = "udp", Ports = (67, 67), Remote = QemuItself },
            new("egress", 4) { Protocol = "icmp", Remote = QemuItself },
        ],
        NetworkKind.User => [new("egress", 4), new("egress", 6)],
        _ => Everything,
    };
}
