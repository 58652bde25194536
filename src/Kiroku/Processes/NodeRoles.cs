namespace Kiroku.Processes;

/// <summary>The parts of the service that one process takes on.</summary>
[Flags]
internal enum NodeRoles
{
    /// <summary>Answers HTTP requests.</summary>
    Api = 1,

    /// <summary>Runs the actions on servers.</summary>
    Conductor = 2,

    /// <summary>Has a hypervisor and machines.</summary>
    Compute = 4,

    All = Api | Conductor | Compute,
}

/// <summary>Roles as people write them: <c>api,conductor,compute</c>.</summary>
internal static class NodeRolesText
{
    public const string Wanted = "one or more of api, conductor and compute are wanted, with commas between";

    private static readonly (NodeRoles Role, string Word)[] Words =
        [(NodeRoles.Api, "api"), (NodeRoles.Conductor, "conductor"), (NodeRoles.Compute, "compute")];

    /// <summary>Parses a list of roles; null if it names none or an unknown one.</summary>
    public static NodeRoles? Parse(string text)
    {
        NodeRoles roles = 0;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (Words.FirstOrDefault(known => known.Word == word).Role is not (> 0 and var role))
                return null;
            roles |= role;
        }
        return roles;
    }

    public static string ToText(this NodeRoles roles)
        => string.Join(',', Words.Where(known => roles.HasFlag(known.Role)).Select(known => known.Word));
}
