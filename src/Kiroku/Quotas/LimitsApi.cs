using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Quotas;

/// <summary>/limits: a project's quotas and their use in one answer (nova/api/openstack/compute/limits.py).</summary>
internal static class LimitsApi
{
    private const int MaxImageMetaGone = 39;
    private const int Never = int.MaxValue;

    private static readonly (string Key, string Resource, int GoneFrom)[] Limits =
    [
        ("maxTotalInstances", QuotaResources.Instances, Never),
        ("maxTotalCores", QuotaResources.Cores, Never),
        ("maxTotalRAMSize", QuotaResources.Ram, Never),
        ("maxTotalFloatingIps", "floating_ips", 36),
        ("maxServerMeta", QuotaResources.MetadataItems, Never),
        ("maxImageMeta", QuotaResources.MetadataItems, MaxImageMetaGone),
        ("maxPersonality", QuotaResources.InjectedFiles, 57),
        ("maxPersonalitySize", QuotaResources.InjectedFileContentBytes, 57),
        ("maxSecurityGroups", "security_groups", 36),
        ("maxSecurityGroupRules", "security_group_rules", 36),
        ("maxTotalKeypairs", QuotaResources.KeyPairs, Never),
        ("maxServerGroups", QuotaResources.ServerGroups, Never),
        ("maxServerGroupMembers", QuotaResources.ServerGroupMembers, Never),
    ];

    private static readonly (string Key, string Resource, int GoneFrom)[] Uses =
    [
        ("totalRAMUsed", QuotaResources.Ram, Never),
        ("totalCoresUsed", QuotaResources.Cores, Never),
        ("totalInstancesUsed", QuotaResources.Instances, Never),
        ("totalFloatingIpsUsed", "floating_ips", 36),
        ("totalSecurityGroupsUsed", "security_groups", 36),
        ("totalServerGroupsUsed", QuotaResources.ServerGroups, Never),
    ];

    public static void MapLimitRoutes(this IEndpointRouteBuilder app) => app.MapGet("/limits", Show);

    private static async Task<IResult> Show(HttpContext context, QuotaStore quotas)
    {
        var (caller, version, parameters) = (Caller.Of(context), Microversions.Of(context),
            new QueryParameters(context.Request));
        if (version >= 75)
            parameters.RefuseUnknown("tenant_id");
        caller.Require(QuotaRules.Limits, caller.ProjectId);
        var project = parameters.Last("tenant_id");
        if (project is not null)
            caller.Require(QuotaRules.LimitsOfOthers, caller.ProjectId);
        var set = await quotas.GetAsync(project ?? caller.ProjectId, context.RequestAborted);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("limits");
            json.WriteStartArray("rate");
            json.WriteEndArray();
            json.WriteStartObject("absolute");
            foreach (var (key, resource, gone) in Limits)
            {
                if (version.Minor < gone)
                    json.WriteNumber(key, set[resource].Limit);
            }
            foreach (var (key, resource, gone) in Uses)
            {
                if (version.Minor < gone)
                    json.WriteNumber(key, set[resource].Used);
            }
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }
}
