using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Quotas;

/// <summary>
/// os-quota-class-sets: the limits of projects that have none of their own, which are the class <c>default</c>'s. Other
/// classes are kept without effect, as in Nova (nova/api/openstack/compute/quota_classes.py).
/// </summary>
internal static class QuotaClassesApi
{
    private const string Key = "quota_class_set";
    private const int MaxName = 255;

    public static void MapQuotaClassRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-quota-class-sets/{name}", Show);
        app.MapPut("/os-quota-class-sets/{name}", Update);
    }

    private static async Task<IResult> Show(HttpContext context, string name, QuotaStore quotas)
    {
        Caller.Of(context).Require(QuotaRules.ShowClass, Caller.Of(context).ProjectId);
        return View(context, name, await quotas.GetClassAsync(name, context.RequestAborted));
    }

    private static async Task<IResult> Update(HttpContext context, string name, QuotaStore quotas)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        Schema.Body(Key, Schema.Object(
            [.. AcceptedIn(Microversions.Of(context)).Select(resource => (resource, QuotaResources.Limit))]))
            .Require(body, Microversions.IsRelaxed(context));
        Caller.Of(context).Require(QuotaRules.UpdateClass, Caller.Of(context).ProjectId);
        if (name.EnumerateRunes().Count() > MaxName)
            throw Fault.BadRequest($"Invalid input received: quota_class_name has {name.EnumerateRunes().Count()} "
                + $"characters, more than {MaxName}.");
        await quotas.SetClassAsync(name, QuotaResources.Read(body.GetProperty(Key)), context.RequestAborted);
        return View(context, null, await quotas.GetClassAsync(name, context.RequestAborted));
    }

    /// <summary>Those that a class takes in that version: networks' ones until 2.49, files' ones until 2.56.</summary>
    private static IEnumerable<string> AcceptedIn(Microversion version)
        => QuotaResources.All.Where(resource => version.Minor < GoneFrom(resource)).Select(resource => resource.Name);

    /// <summary>Those that the answer shows, without server groups until 2.49.</summary>
    private static IEnumerable<string> ShownIn(Microversion version)
        => AcceptedIn(version).Where(name => version >= 50
            || name is not (QuotaResources.ServerGroups or QuotaResources.ServerGroupMembers));

    /// <summary>Classes kept networks' limits for longer than projects did, which lost theirs in 2.36.</summary>
    private static int GoneFrom((string Name, int GoneFrom) resource) => Math.Max(resource.GoneFrom, 50);

    private static JsonResponse View(HttpContext context, string? name, QuotaSet quotas) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject(Key);
        if (name is not null)
            json.WriteString("id", name);
        foreach (var resource in ShownIn(Microversions.Of(context)))
            json.WriteNumber(resource, quotas[resource].Limit);
        json.WriteEndObject();
        json.WriteEndObject();
    });
}
