using Kiroku.Api;
using Kiroku.Scheduling;
using static Kiroku.Api.Parameters;

namespace Kiroku.Servers.Groups;

/// <summary>
/// The schema of a new server group's body in each microversion (nova/api/openstack/compute/schemas/server_groups.py).
/// </summary>
internal static class ServerGroupSchemas
{
    private static readonly Schema FirstPolicies
        = Schema.OneWordOf(GroupPolicies.AntiAffinity, GroupPolicies.Affinity);

    private static readonly Schema AllPolicies = Schema.OneWordOf(
        GroupPolicies.AntiAffinity, GroupPolicies.Affinity, GroupPolicies.SoftAntiAffinity, GroupPolicies.SoftAffinity);

    private static readonly Schema Rules = Schema.Object(("max_server_per_host", PositiveInteger));

    public static Schema Create(Microversion version) => Schema.Body("server_group", version >= 64
        ? Schema.Object(("name", Name), ("policy", AllPolicies), ("rules", Rules)) with
        {
            Required = ["name", "policy"],
        }
        : Schema.Object(("name", Name), ("policies", ListOf(version >= 15 ? AllPolicies : FirstPolicies))) with
        {
            Required = ["name", "policies"],
        });

    /// <summary>A list of one policy, as below 2.64.</summary>
    private static Schema ListOf(Schema policy) => new()
    {
        Types = ["array"],
        FirstItem = policy,
        HasUniqueItems = true,
        MinItems = 1,
        MaxItems = 1,
    };
}
