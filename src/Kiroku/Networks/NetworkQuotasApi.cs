using System.Text.Json.Nodes;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>
/// Quotas of networks (neutron/extensions/quotasv2.py): of what nobody can make there is none, ports are bounded by the
/// servers that have them, and groups by the settings.
/// </summary>
internal static class NetworkQuotasApi
{
    private const int NoLimit = -1;

    public static void MapNetworkQuotaRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/quotas", List);
        app.MapGet("/quotas/{id}", Show);
        app.MapGet("/quotas/{id}/default", Show);
        app.MapGet("/quotas/{id}/details", ShowDetails);
        app.MapDelete("/quotas/{id}", Delete);
    }

    /// <summary>The projects that have others than the rest: none.</summary>
    private static JsonResponse List(HttpContext context)
    {
        NetworkAccess.Require(context, NetworkRules.QuotasOfAll);
        return JsonResponse.Ok(json => json.WriteRawValue("""{"quotas": []}"""));
    }

    private static async Task<IResult> Show(
        HttpContext context, string id, GroupLimits limited)
    {
        NetworkAccess.Require(context, NetworkRules.Quotas, id);
        var limits = Limits(await limited.ReadAsync(id, context.RequestAborted), ports: 0);
        return NetworkAnswer.One(context.Request, "quota",
            new JsonObject(limits.Select(limit => KeyValuePair.Create(limit.Name, (JsonNode?)limit.Most))));
    }

    private static async Task<IResult> ShowDetails(
        HttpContext context, string id, GroupLimits limited, PortStore ports)
    {
        NetworkAccess.Require(context, NetworkRules.Quotas, id);
        var limits = Limits(
            await limited.ReadAsync(id, context.RequestAborted), await ports.CountAsync(id, context.RequestAborted));
        return NetworkAnswer.One(context.Request, "quota",
            new JsonObject(limits.Select(limit => KeyValuePair.Create(limit.Name, (JsonNode?)new JsonObject
            {
                ["used"] = limit.Used,
                ["limit"] = limit.Most,
                ["reserved"] = 0,
            }))));
    }

    /// <summary>Back to the defaults, where they are already.</summary>
    private static IResult Delete(HttpContext context, string id)
    {
        NetworkAccess.Require(context, NetworkRules.DeleteQuotas, id);
        return TypedResults.NoContent();
    }

    private static IEnumerable<(string Name, long Most, long Used)> Limits(
        ((long Most, long Used) Groups, (long Most, long Used) Rules) limited, long ports) =>
    [
        ("network", 0, 0), ("subnet", 0, 0), ("port", NoLimit, ports),
        ("security_group", limited.Groups.Most, limited.Groups.Used),
        ("security_group_rule", limited.Rules.Most, limited.Rules.Used),
    ];
}
