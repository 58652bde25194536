using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Actions.Live;
using Kiroku.Api;
using Kiroku.Storage;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Api;

/// <summary>The routes of <c>/actions/v1/subscriptions</c>: who is told of which actions.</summary>
internal static class SubscriptionsApi
{
    public static void MapSubscriptions(this IEndpointRouteBuilder app)
    {
        app.MapGet(Paths.All, List)
            .Is("listSubscriptions", "The project's subscriptions.")
            .TakesPages()
            .Takes(LiveScope.AllProjectsName, "Those of all projects, for administrators.", DescribedValue.Truth)
            .Answers<SubscriptionsDocument>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden);
        app.MapPost(Paths.All, Create)
            .Is("createSubscription", "Has a receiver told of actions. The answer alone has the secret.")
            .TakesBody(SubscriptionRequest.Making)
            .Answers<SubscriptionDocument>(StatusCodes.Status201Created)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden);
        app.MapGet(Paths.One, Show)
            .Is("showSubscription", "One subscription.")
            .IsAboutSubscription()
            .Answers<SubscriptionDocument>()
            .Refuses(Paths.Refusals);
        app.MapPatch(Paths.One, Update)
            .Is("updateSubscription", "Changes what the body names.")
            .IsAboutSubscription()
            .TakesBody(SubscriptionRequest.Changing)
            .Answers<SubscriptionDocument>()
            .Refuses(Paths.Refusals);
        app.MapDelete(Paths.One, Delete)
            .Is("deleteSubscription", "Ends a subscription; its deliveries go with it.")
            .IsAboutSubscription()
            .Answers(StatusCodes.Status204NoContent)
            .RefusesDeletion(Paths.Refusals);
        app.MapPost($"{Paths.One}/rotate-secret", RotateSecret)
            .Is("rotateSecret", "A new secret, which the answer alone has; the former one is good for a day.")
            .IsAboutSubscription()
            .LooksAtBody()
            .Answers<SubscriptionDocument>()
            .Refuses(Paths.Refusals);
    }

    private static async Task List(
        HttpContext context, SubscriptionStore store, PageTokens tokens, TimeProvider time)
    {
        var (caller, asked) = (Caller.Of(context), new PageRequest(context, LiveScope.AllProjectsName));
        caller.Require(WebhookRules.List, caller.ProjectId);
        var isOfAll = asked.Parameters.IsTrue(LiveScope.AllProjectsName);
        if (isOfAll)
            caller.Require(WebhookRules.AllProjects, caller.ProjectId);
        var after = asked.Open(tokens) is { } from ? Guid.Parse(from.Text) : Guid.Empty;
        var found = await store.ListAsync(
            isOfAll ? null : caller.ProjectId, caller.May(WebhookRules.AllProjects, caller.ProjectId),
            (after, asked.Size + 1), context.RequestAborted);
        var shown = found.Take(asked.Size).ToList();
        await LiveFormat.WriteAsync(context, new SubscriptionsDocument
        {
            Subscriptions = shown.ConvertAll(one => Document(context, one, time)),
            NextPageToken = found.Count > asked.Size ? asked.Seal(tokens, 0, $"{shown[^1].Id}") : null,
        }, WebhookFormat.Json.SubscriptionsDocument);
    }

    private static async Task Create(
        HttpContext context, SubscriptionStore store, SubscriptionSecrets secrets, ReceiverCheck receivers,
        TimeProvider time)
    {
        var caller = Caller.Of(context);
        new QueryParameters(context.Request).RefuseUnknown();
        caller.Require(WebhookRules.Create, caller.ProjectId);
        var asked = SubscriptionRequest.ToMake(await RequestBody.ReadObjectAsync(context.Request));
        caller.Require(asked.AllProjects ? WebhookRules.AllProjects : ActionRules.Show, caller.ProjectId);
        LiveScope.RequireFilter(caller, asked.ParsedFilter);
        var address = Links.Base(context.Request);
        // The source of all its events.
        if (!Uri.TryCreate(address, UriKind.Absolute, out _))
            throw Fault.BadRequest("The request's Host header is no address.");
        await receivers.RequireAsync(asked.Url!, context.RequestAborted);
        var id = Guid.NewGuid();
        var (shown, kept) = secrets.Make(id);
        var made = await store.AddAsync(asked.Apply(new SubscriptionRow
        {
            Id = id,
            ProjectId = caller.ProjectId,
            AllProjects = asked.AllProjects,
            UserId = caller.UserId,
            Url = "",
            Address = address,
            Secret = kept,
        }), CancellationToken.None);
        context.Response.Headers.Location = Document(context, made, time).Links.Self;
        await WriteAsync(context, Document(context, made, time) with { Secret = shown }, StatusCodes.Status201Created);
    }

    private static async Task Show(HttpContext context, string id, SubscriptionStore store, TimeProvider time)
    {
        new QueryParameters(context.Request).RefuseUnknown();
        var found = await CallersSubscription.FindAsync(context, id, store, WebhookRules.Show);
        await WriteAsync(context, Document(context, found, time));
    }

    private static async Task Update(
        HttpContext context, string id, SubscriptionStore store, ReceiverCheck receivers, TimeProvider time)
    {
        new QueryParameters(context.Request).RefuseUnknown();
        var found = await CallersSubscription.FindAsync(context, id, store, WebhookRules.Update);
        var asked = SubscriptionRequest.ToChange(await RequestBody.ReadObjectAsync(context.Request));
        LiveScope.RequireFilter(Caller.Of(context), asked.ParsedFilter);
        if (asked.Url is { } url)
            await receivers.RequireAsync(url, context.RequestAborted);
        var changed = await store.ChangeAsync(found.Id, asked.Apply, CancellationToken.None)
            ?? throw CallersSubscription.Unknown(id);
        await WriteAsync(context, Document(context, changed, time));
    }

    private static async Task<IResult> Delete(HttpContext context, string id, SubscriptionStore store)
    {
        new QueryParameters(context.Request).RefuseUnknown();
        var found = await CallersSubscription.FindAsync(context, id, store, WebhookRules.Delete);
        return await store.DeleteAsync(found.Id, CancellationToken.None)
            ? Results.StatusCode(StatusCodes.Status204NoContent)
            : throw CallersSubscription.Unknown(id);
    }

    private static async Task RotateSecret(
        HttpContext context, string id, SubscriptionStore store, SubscriptionSecrets secrets, TimeProvider time)
    {
        var found = await CallersSubscription.FindAsync(context, id, store, WebhookRules.Update);
        await EmptyBody.RequireAsync(context);
        var (shown, kept) = secrets.Make(found.Id);
        var changed = await store.ChangeAsync(found.Id, row => row with
        {
            Secret = kept,
            FormerSecret = row.Secret,
            FormerUntil = time.UtcNow() + SubscriptionSecrets.FormerLifetime,
        }, CancellationToken.None) ?? throw CallersSubscription.Unknown(id);
        await WriteAsync(context, Document(context, changed, time) with { Secret = shown });
    }

    private static SubscriptionDocument Document(HttpContext context, Subscription subscription, TimeProvider time)
        => SubscriptionDocument.Of(subscription, Links.Base(context.Request), time.UtcNow());

    private static Task WriteAsync(HttpContext context, SubscriptionDocument document, int status = 200)
        => LiveFormat.WriteAsync(context, document, WebhookFormat.Json.SubscriptionDocument, status);
}
