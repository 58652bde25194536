using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Actions.Live;

/// <summary>
/// The routes of the live record, <c>/actions/v1</c>: what Nova's two calls do not answer, over all servers of a
/// project or of all projects.
/// </summary>
internal static class LiveApi
{
    public static void MapLiveRecord(this IEndpointRouteBuilder app)
    {
        app.MapGet("/actions/v1/actions", List)
            .Is("listActions", "The actions of all servers of the project, or of all projects.")
            .Takes(LiveScope.FilterName, LiveScope.FilterMeaning, DescribedValue.Text)
            .Takes("order_by", "By acceptance, newest or oldest first.", ListRequest.Orders)
            .Takes(LiveParameters.PageSize, "The most actions in the answer.", LiveParameters.PageSizes)
            .Takes(LiveParameters.PageToken, "next_page_token of the page before.")
            .Takes(LiveScope.AllProjectsName, LiveScope.AllProjectsMeaning, DescribedValue.Truth)
            .Answers<PageDocument>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden);
        app.MapGet("/actions/v1/servers/{serverId}/actions/{requestId}", Show)
            .Is("showAction", "One action with its attempts, at once or when it has ended.")
            .Takes("serverId", "The id of its server.")
            .Takes("requestId", "The id of the request that began it.")
            .Takes("Prefer", "wait=SECONDS, 0 to 120: for its end, or with If-None-Match for its next change.",
                DescribedValue.Header)
            .Takes("If-None-Match", "ETags of answers that the client has.", DescribedValue.Header)
            .Answers<ActionDocument>()
            .Sends("ETag", "The same as long as the action is.", StatusCodes.Status200OK)
            .Answers(StatusCodes.Status304NotModified)
            .Refuses(
                StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    private static async Task List(HttpContext context, LiveRecord record, PageTokens tokens, IUserNames users)
    {
        var asked = new ListRequest(context.Request, Caller.Of(context));
        (long After, string Position)? from = asked.Token is { } token ? tokens.Open(asked.Identity, token) : null;
        var page = await record.ListAsync(asked.Query(from?.After), context.RequestAborted);
        var position = from?.Position ?? page.Now.ToString();
        var documents = await users.DocumentsAsync(context, page.Actions, context.RequestAborted);
        await LiveFormat.WriteAsync(context, new PageDocument
        {
            Actions = [.. page.Actions.Select(action => documents.Make(action, page.Now.Of(action.Action)))],
            NextPageToken = page.Next is { } next ? tokens.Seal(asked.Identity, next, position) : null,
            Position = position,
        }, LiveFormat.Json.PageDocument);
    }

    private static async Task Show(
        HttpContext context, string serverId, string requestId, LiveRecord record, IUserNames users, ActionWaits waits)
    {
        if (!Guid.TryParseExact(serverId, "D", out var id))
            throw NoServer(serverId);
        _ = new LiveParameters(context.Request, known: []);
        var asked = new WaitRequest(context.Request);
        var shown = await waits.WaitAsync(
            (id, requestId), asked, () => ReadAsync(context, id, requestId, record, users), context.RequestAborted);
        if (asked.Applied is { } applied)
            context.Response.Headers["Preference-Applied"] = applied;
        context.Response.GetTypedHeaders().ETag = shown.Tag;
        if (asked.Knows(shown))
            context.Response.StatusCode = StatusCodes.Status304NotModified;
        else
            await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, shown.Body);
    }

    private static async Task<ShownAction> ReadAsync(
        HttpContext context, Guid id, string requestId, LiveRecord record, IUserNames users)
    {
        var (subject, action, now) = await record.FindAsync(id, requestId, context.RequestAborted);
        var caller = Caller.Of(context);
        if (subject is null || !caller.MaySee(subject.ProjectId))
            throw NoServer($"{id}");
        caller.Require(ActionRules.Show, subject.ProjectId);
        if (action is null)
            throw Fault.NotFound($"Server {id} has no action {requestId}.");
        var documents = await users.DocumentsAsync(context, [action], context.RequestAborted);
        return ShownAction.Of(documents.Make(action, now.Of(action.Action)));
    }

    private static Fault NoServer(string id) => Fault.NotFound($"There is no server {id}.");
}
