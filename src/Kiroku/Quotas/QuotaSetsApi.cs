using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Quotas;

/// <summary>os-quota-sets: a project's limits (nova/api/openstack/compute/quota_sets.py).</summary>
internal static class QuotaSetsApi
{
    private const string Key = "quota_set";

    public static void MapQuotaRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-quota-sets/{id}", Show);
        app.MapGet("/os-quota-sets/{id}/defaults", ShowDefaults);
        app.MapGet("/os-quota-sets/{id}/detail", ShowDetail);
        app.MapPut("/os-quota-sets/{id}", Update);
        app.MapDelete("/os-quota-sets/{id}", Delete);
    }

    private static async Task<IResult> Show(HttpContext context, string id, QuotaStore quotas)
    {
        Require(context, QuotaRules.Show, id);
        return View(context, id, await quotas.GetAsync(id, context.RequestAborted), WriteLimit);
    }

    private static async Task<IResult> ShowDefaults(HttpContext context, string id, QuotaStore quotas)
    {
        Caller.Of(context).Require(QuotaRules.Defaults, Caller.Of(context).ProjectId);
        return View(
            context, id, await quotas.GetClassAsync(QuotaStore.DefaultClass, context.RequestAborted), WriteLimit);
    }

    private static async Task<IResult> ShowDetail(HttpContext context, string id, QuotaStore quotas)
    {
        Require(context, QuotaRules.Detail, id);
        return View(context, id, await quotas.GetAsync(id, context.RequestAborted), (json, name, quota) =>
        {
            json.WriteStartObject(name);
            json.WriteNumber("in_use", quota.Used);
            json.WriteNumber("limit", quota.Limit);
            json.WriteNumber("reserved", 0);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Update(HttpContext context, string id, QuotaStore quotas)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        Schema.Body(Key, Schema.Object(
            [
                .. NamesIn(Microversions.Of(context)).Select(name => (name, QuotaResources.Limit)),
                ("force", Parameters.Boolean),
            ])).Require(body, Microversions.IsRelaxed(context));
        Require(context, QuotaRules.Update, id);
        var wanted = body.GetProperty(Key);
        var force = wanted.TryGetProperty("force", out var forced) && Truth.Of(forced.ToString(), otherwise: false);
        var limits = QuotaResources.Read(wanted);
        Action<QuotaSet> check = force ? _ => { } : set => RefuseBelowUse(set, limits);
        await quotas.SetAsync(id, limits, check, context.RequestAborted);
        return View(context, null, await quotas.GetAsync(id, context.RequestAborted), WriteLimit);
    }

    private static async Task<IResult> Delete(HttpContext context, string id, QuotaStore quotas)
    {
        Require(context, QuotaRules.Delete, id);
        await quotas.DeleteAsync(id, context.RequestAborted);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    /// <summary>
    /// Checks the rule, and refuses changes for one user. Kiroku has quotas only of projects, so a user's would be
    /// applied to the whole project.
    /// </summary>
    private static void Require(HttpContext context, Rule rule, string projectId)
    {
        Caller.Of(context).Require(rule, projectId);
        var parameters = new QueryParameters(context.Request);
        if (Microversions.Of(context) >= 75)
            parameters.RefuseUnknown("user_id");
        if (parameters.Has("user_id") && !HttpMethods.IsGet(context.Request.Method))
            throw Fault.BadRequest("This cloud does not have quotas of users.");
    }

    private static void RefuseBelowUse(QuotaSet quotas, IReadOnlyDictionary<string, int> limits)
    {
        foreach (var (name, limit) in limits)
        {
            if (limit >= 0 && limit < quotas[name].Used)
                throw Fault.BadRequest($"Quota limit {limit} for {name} must be greater than or equal to already used "
                    + $"and reserved {quotas[name].Used}.");
        }
    }

    private static IEnumerable<string> NamesIn(Microversion version)
        => QuotaResources.All.Where(resource => version.Minor < resource.GoneFrom).Select(resource => resource.Name);

    private static JsonResponse View(
        HttpContext context, string? id, QuotaSet quotas, Action<Utf8JsonWriter, string, Quota> write)
        => JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject(Key);
            if (id is not null)
                json.WriteString("id", id);
            foreach (var name in NamesIn(Microversions.Of(context)))
                write(json, name, quotas[name]);
            json.WriteEndObject();
            json.WriteEndObject();
        });

    private static void WriteLimit(Utf8JsonWriter json, string name, Quota quota)
        => json.WriteNumber(name, quota.Limit);
}
