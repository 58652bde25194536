using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Networks;

namespace Kiroku.Servers.Work;

/// <summary>Finds the security groups that a request names, by name or by id as newer clients do.</summary>
internal sealed class GroupChoice(ProjectGroups groups)
{
    /// <summary>The ids of a new server's groups; null for its project's group default alone.</summary>
    /// <exception cref="Fault">400 or 409, in Nova's words.</exception>
    public async Task<IReadOnlyList<Guid>?> FindAsync(
        IEnumerable<string> names, Caller caller, CancellationToken cancellationToken)
    {
        var all = await groups.ListAsync(caller.ProjectId, cancellationToken);
        var found = names.Select(name => Find(all, name)
            ?? throw Fault.BadRequest($"Security group {name} not found for project {caller.ProjectId}."))
            .Select(group => group.Id).Distinct().ToList();
        return found is [] || (found is [var only] && only == SecurityGroup.IdOf(caller.ProjectId)) ? null : found;
    }

    /// <summary>A group of a server's project, which is not always the caller's.</summary>
    /// <exception cref="Fault">404 or 409, in Nova's words.</exception>
    public async Task<SecurityGroup> FindAsync(string name, string projectId, CancellationToken cancellationToken)
        => Find(await groups.ListAsync(projectId, cancellationToken), name)
            ?? throw Fault.NotFound($"Security group {name} is not found for project {projectId}");

    private static SecurityGroup? Find(IReadOnlyList<SecurityGroup> all, string name)
    {
        var found = all.Where(group => group.Id.ToString() == name).ToList();
        if (found.Count == 0)
            found = [.. all.Where(group => group.Name == name)];
        return found.Count > 1
            ? throw Fault.Conflict(
                $"Multiple security groups found matching '{name}'. Use an ID to be more specific.")
            : found.FirstOrDefault();
    }
}
