using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>
/// The security groups that each project has: those in the store or, of a project that has none there, its group
/// default as the cloud's networks have it.
/// </summary>
internal sealed class ProjectGroups(GroupStore store, CloudNetworks networks, PortStore ports)
{
    public async Task<IReadOnlyList<SecurityGroup>> ListAsync(string projectId, CancellationToken cancellationToken)
        => await store.ListAsync(projectId, cancellationToken) is { Count: > 0 } kept
            ? kept
            : [SecurityGroup.Of(projectId, await networks.ReadAsync(cancellationToken))];

    /// <summary>
    /// The groups that a caller sees: its project's; an administrator those of every project that has servers or
    /// groups, and of those that are named. As with Neutron a group is there from the first look at its project on.
    /// </summary>
    public async Task<IReadOnlyList<SecurityGroup>> ListSeenAsync(
        Caller caller, IEnumerable<string> named, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return await ListAsync(caller.ProjectId, cancellationToken);
        var kept = (await store.ListAsync(projectId: null, cancellationToken)).ToLookup(group => group.ProjectId);
        var map = await networks.ReadAsync(cancellationToken);
        IEnumerable<string> projects =
        [
            caller.ProjectId, .. named, .. await ports.ListProjectsAsync(cancellationToken),
            .. kept.Select(groups => groups.Key),
        ];
        return
        [
            .. projects.Where(project => project.Length > 0).Distinct().SelectMany(project => kept.Contains(project)
                ? kept[project]
                : [SecurityGroup.Of(project, map)]),
        ];
    }

    /// <summary>Puts the project's groups into the store, so that hosts enforce them.</summary>
    public Task KeepAsync(SecurityGroup group, CancellationToken cancellationToken)
        => group.IsKept ? Task.CompletedTask : store.KeepDefaultAsync(group.ProjectId, cancellationToken);

    /// <summary>Refuses to make or change groups that the hosts would not enforce.</summary>
    /// <exception cref="Fault">403, with the reason.</exception>
    public async Task RequireEnforcedAsync(CancellationToken cancellationToken)
    {
        var map = await networks.ReadAsync(cancellationToken);
        if (!map.FiltersCards)
            throw Refusals.OfGroups(map.WhyUnfiltered);
    }
}
