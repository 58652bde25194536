using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Quotas;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Keypairs;

/// <summary>Nova's /os-keypairs: each user's own key pairs. From 2.10 on administrators may name another
/// user.</summary>
internal static class KeypairsApi
{
    public static void MapKeypairRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-keypairs", List);
        app.MapPost("/os-keypairs", Create);
        app.MapGet("/os-keypairs/{name}", Show);
        app.MapDelete("/os-keypairs/{name}", Delete);
    }

    private static async Task<IResult> List(HttpContext context, KeypairStore store, IOptions<KeypairsOptions> options)
    {
        var version = Microversions.Of(context);
        var userId = UserOf(context, KeypairRules.List, "limit", "marker", "user_id");
        var query = new QueryParameters(context.Request);
        var paged = version >= 35;
        var limit = paged ? query.LastLimit(options.Value.MaxLimit) : int.MaxValue;
        var marker = paged ? query.Last("marker") : null;
        if (marker is not null && await store.FindAsync(userId, marker, context.RequestAborted) is null)
            throw Fault.BadRequest($"Marker {marker} could not be found.");
        var keypairs = await store.ListAsync(userId, marker, limit, context.RequestAborted);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("keypairs");
            foreach (var keypair in keypairs)
                new KeypairView(version).WriteListed(json, keypair);
            json.WriteEndArray();
            if (paged)
                query.WriteNextLink(json, "keypairs_links", keypairs.Count, limit,
                    keypairs.Count > 0 ? keypairs[^1].Name : null, always: false);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Create(
        HttpContext context, KeypairStore store, QuotaStore quotas, TimeProvider time)
    {
        var version = Microversions.Of(context);
        var body = await RequestBody.ReadAsync(context.Request);
        var relaxed = Microversions.IsRelaxed(context);
        KeypairSchemas.Create(version, relaxed).Require(body, relaxed);
        var request = new KeypairRequest(body.GetProperty("keypair"), version);
        var userId = Require(context, KeypairRules.Create, request.UserId);
        var allowed = (await quotas.GetAsync(
            Caller.Of(context).ProjectId, context.RequestAborted))[QuotaResources.KeyPairs].Left;
        if (await store.CountAsync(userId, context.RequestAborted) >= allowed)
            throw KeypairStore.TooMany();
        var (keypair, privateKey) = request.Make(userId, time.UtcNow());
        await store.InsertAsync(keypair, allowed, CancellationToken.None);
        var status = version >= 2 ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        return new JsonResponse(status, json => new KeypairView(version).WriteCreated(json, keypair, privateKey));
    }

    private static async Task<IResult> Show(HttpContext context, string name, KeypairStore store)
    {
        var userId = UserOf(context, KeypairRules.Show, "user_id");
        var keypair = await store.FindAsync(userId, name, context.RequestAborted) ?? throw NotFound(userId, name);
        return JsonResponse.Ok(json => new KeypairView(Microversions.Of(context)).Write(json, keypair));
    }

    private static async Task<IResult> Delete(HttpContext context, string name, KeypairStore store)
    {
        var userId = UserOf(context, KeypairRules.Delete, "user_id");
        if (!await store.DeleteAsync(userId, name, CancellationToken.None))
            throw NotFound(userId, name);
        return Results.StatusCode(
            Microversions.Of(context) >= 2 ? StatusCodes.Status204NoContent : StatusCodes.Status202Accepted);
    }

    /// <summary>The user whose key pairs a request without a body is about, if the caller may use them.</summary>
    private static string UserOf(HttpContext context, Rule rule, params ReadOnlySpan<string> parameters)
    {
        var query = new QueryParameters(context.Request);
        if (Microversions.Of(context) >= 75)
            query.RefuseUnknown(parameters);
        return Require(context, rule, Microversions.Of(context) >= 10 ? query.All("user_id").FirstOrDefault() : null);
    }

    /// <summary>The requested user, or the caller. Only administrators may use another user's key pairs.</summary>
    private static string Require(HttpContext context, Rule rule, string? userId)
    {
        var caller = Caller.Of(context);
        caller.Require(rule, caller.ProjectId);
        if (userId is not { Length: > 0 } || userId == caller.UserId)
            return caller.UserId;
        return caller.IsAdmin ? userId : throw Fault.Forbidden(rule.Name);
    }

    private static Fault NotFound(string userId, string name)
        => Fault.NotFound($"Keypair {name} not found for user {userId}");
}
