using System.Text;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Visits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.Actions;

/// <summary>The pages of one action, what can be done to it, and the stream that pages follow.</summary>
internal static class ActionPagesApi
{
    public static void MapActionPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapPages();
        pages.MapGet("/servers/{serverId}/actions/{requestId}", Show);
        pages.MapPost("/servers/{serverId}/actions/{requestId}/cancel", Cancel);
        pages.MapGet("/servers/{serverId}/actions/{requestId}/report", Report);
        pages.MapGet("/servers/{serverId}/actions/{requestId}/json", Json);
        app.MapGet("/ui/stream", Follow);
    }

    private static async Task<IResult> Show(HttpContext context, string serverId, string requestId, ApiClient api)
        => Page(await FindAsync(api, serverId, requestId), context);

    private static async Task<IResult> Cancel(
        HttpContext context, string serverId, string requestId, ApiClient api, Visit visit)
    {
        var answer = await api.SendAsync("POST", $"{PathOf(serverId, requestId)}/cancel");
        var action = await FindAsync(api, serverId, requestId);
        if (!answer.IsGood)
            return Page(action, context, PageProblem.Of(answer, visit.Texts), answer.Status);
        return SeeOther.To(context, action.Path);
    }

    private static async Task<IResult> Report(string serverId, string requestId, ApiClient api, Visit visit)
        => Results.Text(
            ActionReport.Of(await FindAsync(api, serverId, requestId), visit.Now, visit.Texts),
            "text/plain; charset=utf-8", Encoding.UTF8);

    /// <summary>The document itself, in our form or in Nova's.</summary>
    private static Task Json(HttpContext context, string serverId, string requestId, ApiClient api)
        => api.ForwardDocumentAsync(context.Request.Query["form"] == "nova"
            ? $"/v2.1/servers/{Uri.EscapeDataString(serverId)}/os-instance-actions/{Uri.EscapeDataString(requestId)}"
            : PathOf(serverId, requestId));

    /// <summary>The stream of the API, for the session instead of a token.</summary>
    private static Task Follow(HttpContext context, Visit visit, ApiClient api)
    {
        if (visit.Session?.ProjectId is not null)
            return api.ForwardAsync($"/actions/v1/stream{context.Request.QueryString}",
                ("Accept", "text/event-stream"),
                ("Last-Event-ID", context.Request.Headers["Last-Event-ID"].ToString()));
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private static RazorComponentResult Page(
        ActionFacts action, HttpContext context, PageProblem? problem = null, int status = StatusCodes.Status200OK)
    {
        var visit = context.RequestServices.GetRequiredService<Visit>();
        var timeline = Timeline.Of(action, visit.Now, context.Request.Query["attempts"] == "all");
        return new RazorComponentResult<ActionPage>(new { Action = action, Timeline = timeline, Problem = problem })
        {
            StatusCode = status,
        };
    }

    private static Task<ActionFacts> FindAsync(ApiClient api, string serverId, string requestId)
        => api.GetAsync(PathOf(serverId, requestId), ActionJson.Default.ActionFacts);

    private static string PathOf(string serverId, string requestId)
        => $"/actions/v1/servers/{Uri.EscapeDataString(serverId)}/actions/{Uri.EscapeDataString(requestId)}";
}
