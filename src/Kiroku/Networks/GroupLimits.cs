using Microsoft.Extensions.Options;

namespace Kiroku.Networks;

/// <summary>
/// How many security groups and rules a project may have and has. Where none can be made it may have those that it has.
/// </summary>
internal sealed class GroupLimits(ProjectGroups groups, CloudNetworks networks, IOptions<NetworksOptions> options)
{
    public async Task<((long Most, long Used) Groups, (long Most, long Used) Rules)> ReadAsync(
        string projectId, CancellationToken cancellationToken)
    {
        var all = await groups.ListAsync(projectId, cancellationToken);
        var rules = all.Sum(group => group.Rules.Count);
        return (await networks.ReadAsync(cancellationToken)).FiltersCards
            ? ((options.Value.SecurityGroups, all.Count), (options.Value.SecurityGroupRules, rules))
            : ((all.Count, all.Count), (rules, rules));
    }
}
