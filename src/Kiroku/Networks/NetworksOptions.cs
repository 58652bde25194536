using System.ComponentModel.DataAnnotations;

namespace Kiroku.Networks;

/// <summary>
/// How many security groups and rules a project may have, where hosts enforce them. Defaults are Neutron's; -1 means no
/// limit.
/// </summary>
internal sealed class NetworksOptions
{
    public const string Section = "Networks";

    /// <summary>Security groups of one project, with <c>default</c>.</summary>
    [Range(-1, int.MaxValue)]
    public int SecurityGroups { get; init; } = 10;

    /// <summary>Rules of all security groups of a project.</summary>
    [Range(-1, int.MaxValue)]
    public int SecurityGroupRules { get; init; } = 100;
}
