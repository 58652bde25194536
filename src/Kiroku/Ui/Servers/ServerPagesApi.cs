using Kiroku.Ui.Actions;
using Kiroku.Ui.Door;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Sessions;
using Kiroku.Ui.Visits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.Servers;

/// <summary>The pages of servers: the list, one with its history and its console, and what can be done to it.</summary>
internal static class ServerPagesApi
{
    /// <summary>How many actions of a server's history are shown at once.</summary>
    private const int HistorySize = 20;

    public static void MapServerPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapPages();
        pages.MapGet("/servers", List);
        pages.MapGet("/servers/{serverId}", Show);
        pages.MapGet("/servers/{serverId}/console", ShowConsole);
        pages.MapPost("/servers/{serverId}/acts/{act}", Act);
        pages.MapCreatePages();
    }

    private static async Task<IResult> List(HttpContext context, ApiClient api, Visit visit)
    {
        var filter = ServerFilter.Of(context.Request.Query, visit.Session!.IsAdmin);
        // First what runs, with its position: what changes after that is told by the stream.
        var running = await RunningAsync(api, filter.AllProjects);
        var servers = await api.GetAsync(filter.ApiPath, ServerPageJson.Default.ServersDetail);
        return new RazorComponentResult<ServersPage>(new
        {
            servers.Servers,
            HasMore = servers.ServersLinks?.Any(link => link.Rel == "next") == true,
            Filter = filter,
            Images = await ImageNames.ReadAsync(api, servers.Servers),
            Running = running.Actions.DistinctBy(action => action.Server.Id).ToDictionary(action => action.Server.Id),
            running.Position,
        });
    }

    private static async Task<IResult> Show(HttpContext context, string serverId, ApiClient api, Visit visit)
        => Page(await OfferAsync(await LoadAsync(context, serverId, api, visit), api, visit));

    private static async Task<IResult> Act(
        HttpContext context, string serverId, string act, ApiClient api, Visit visit)
    {
        if (ServerAct.Find(act) is not { } asked)
            return Results.NotFound();
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (method, path, body) = asked.Request(form);
        var answer = await api.SendAsync(
            method, $"{ApiPath(serverId)}{path}", body, OneSubmit.KeyOf(form, act, body.Span));
        if (answer.IsGood)
            return SeeOther.To(
                context, $"/ui/servers/{Uri.EscapeDataString(serverId)}/actions/{answer.RequestId}");
        var shown = await LoadAsync(context, serverId, api, visit);
        return Page(await OfferAsync(shown, api, visit, asked) with
        {
            Problem = PageProblem.Of(answer, visit.Texts),
            Tried = asked.Id,
            Typed = TypedFields.Of(form).DistinctBy(field => field.Key).ToDictionary(),
        }, answer.Status);
    }

    private static async Task<IResult> ShowConsole(HttpContext context, string serverId, ApiClient api, Visit visit)
    {
        var shown = await LoadAsync(context, serverId, api, visit, size: 1);
        var answer = await api.SendAsync(
            "POST", $"{ApiPath(serverId)}/action", """{"os-getConsoleOutput":{"length":400}}"""u8.ToArray());
        return new RazorComponentResult<ConsolePage>(new
        {
            Shown = shown,
            Output = answer.IsGood ? answer.Read(ServerPageJson.Default.ConsoleLines).Output : null,
            Problem = answer.IsGood ? null : PageProblem.Of(answer, visit.Texts, "servers.no-console"),
        });
    }

    /// <summary>The server and its history.</summary>
    private static async Task<ServerShown> LoadAsync(
        HttpContext context, string serverId, ApiClient api, Visit visit, int size = HistorySize)
    {
        var history = new ActionsFacts([], null, null);
        if (Guid.TryParse(serverId, out var id))
            history = await api.GetAsync(
                HistoryPath(id, context.Request.Query["page"].ToString(), visit.Session!.IsAdmin, size),
                ActionJson.Default.ActionsFacts);
        var answer = await api.SendAsync("GET", ApiPath(serverId));
        // Of a deleted server the record is still there.
        if (!answer.IsGood && (answer.Status != StatusCodes.Status404NotFound || history.Actions.Count == 0))
            throw new ApiRefusal(answer);
        return new ServerShown
        {
            Id = id,
            Server = answer.IsGood ? answer.Read(ServerPageJson.Default.OneServer).Server : null,
            History = history,
            IsFirstPage = !context.Request.Query.ContainsKey("page"),
        };
    }

    /// <summary>A server with what can be done to it, and what that takes.</summary>
    /// <param name="shown">The server.</param>
    /// <param name="api">The user's way to the API.</param>
    /// <param name="visit">The visit.</param>
    /// <param name="tried">What was refused: if it has a form, it is offered again, whatever is allowed now.</param>
    private static async Task<ServerShown> OfferAsync(
        ServerShown shown, ApiClient api, Visit visit, ServerAct? tried = null)
    {
        if (shown.Server is not { } server)
            return shown;
        var session = visit.Session!;
        var acts = session.OnlyReads() ? [] : ServerAct.Of(server, session.IsAdmin).ToList();
        if (tried is { Asks: Asking.WithForm } && acts.All(act => act.Id != tried.Id))
            acts.Add(tried);
        var choices = acts.Any(act => act.Id is "resize" or "rebuild" or "rescue")
            ? await Choices.ForChangeAsync(api) : null;
        return shown with
        {
            Image = choices?.Images.FirstOrDefault(image => image.Id == server.Image?.Id)?.Shown
                ?? (await ImageNames.ReadAsync(api, [server])).Values.FirstOrDefault(),
            Acts = acts,
            Choices = choices,
        };
    }

    private static RazorComponentResult Page(ServerShown shown, int status = StatusCodes.Status200OK)
        => new RazorComponentResult<ServerPage>(new { Shown = shown }) { StatusCode = status };

    private static Task<ActionsFacts> RunningAsync(ApiClient api, bool allProjects)
        => api.GetAsync(Address.Of("/actions/v1/actions", ("page_size", "100"), ("filter", "done = false"),
            ("all_projects", allProjects ? "true" : "")), ActionJson.Default.ActionsFacts);

    private static string HistoryPath(Guid id, string page, bool isAdmin, int size)
        => Address.Of("/actions/v1/actions", ("page_size", $"{size}"), ("filter", $"server.id = \"{id}\""),
            ("all_projects", isAdmin ? "true" : ""), ("page_token", page));

    private static string ApiPath(string serverId) => $"/v2.1/servers/{Uri.EscapeDataString(serverId)}";
}
