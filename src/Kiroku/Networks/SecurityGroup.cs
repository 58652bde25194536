using Kiroku.Hypervisors;

namespace Kiroku.Networks;

/// <summary>
/// A project's one security group, whose rules say what the cloud's networks let through. Nothing enforces them: they
/// are read off the networks.
/// </summary>
internal sealed record SecurityGroup(string ProjectId, IReadOnlyList<GroupRule> Rules)
{
    public const string Name = "default";

    /// <summary>Where QEMU itself answers in a network that leads nowhere: as router and as name server.</summary>
    private const string QemuItself = "10.0.2.2/31";

    public Guid Id => IdOf(ProjectId);

    public static Guid IdOf(string projectId) => StableId.Of($"security group {projectId}");

    public static SecurityGroup Of(string projectId, NetworkMap networks) => new(
        projectId,
        [
            .. networks.All.SelectMany(network => Passing(network.Kind)
                .Select(passing => new GroupRule(projectId, network, passing))),
        ]);

    /// <summary>What is let through, as docs/security.md has it.</summary>
    private static Passing[] Passing(NetworkKind kind) => kind switch
    {
        NetworkKind.Isolated =>
        [
            new("egress", 4) { Protocol = "udp", Ports = (67, 67), Remote = QemuItself },
            new("egress", 4) { Protocol = "icmp", Remote = QemuItself },
        ],
        NetworkKind.User => [new("egress", 4), new("egress", 6)],
        _ => [new("egress", 4), new("egress", 6), new("ingress", 4), new("ingress", 6)],
    };
}

/// <summary>Something that is let through, in one direction and by one version of IP.</summary>
internal sealed record Passing(string Direction, int Version)
{
    /// <summary>Null for any.</summary>
    public string? Protocol { get; init; }

    /// <summary>Null for any.</summary>
    public (int First, int Last)? Ports { get; init; }

    /// <summary>Null for anywhere.</summary>
    public string? Remote { get; init; }
}

/// <summary>A rule of a project's group: what one of the networks lets through.</summary>
internal sealed record GroupRule(string ProjectId, CloudNetwork Network, Passing Passing)
{
    /// <summary>Made of all that the rule says, so that it stays the same.</summary>
    public Guid Id => StableId.Of(
        $"rule {ProjectId} {Network.Id} {Passing.Direction} {Passing.Version} {Passing.Protocol} {Passing.Ports} "
        + Passing.Remote);

    public Guid GroupId => SecurityGroup.IdOf(ProjectId);
}
