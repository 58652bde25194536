using Kiroku.Ui.Door;
using Kiroku.Ui.Visits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.Actions.Lists;

/// <summary>The page of all actions, and what it shows as a file.</summary>
internal static class ActionsPagesApi
{
    public static void MapActionsPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapPages();
        pages.MapGet("/actions", Show);
        pages.MapGet("/actions/export", Export)
            .WithMetadata(new FileOf(query => ActionsRequest.Of(query).Path));
    }

    private static async Task<IResult> Show(HttpContext context, ApiClient api)
    {
        var asked = ActionsRequest.Of(context.Request.Query);
        if (context.Request.Query.ContainsKey("form"))
        {
            // The form becomes the text, and the address is that of the text.
            return SeeOther.To(context, asked.Path);
        }
        var answer = await api.SendAsync("GET", asked.ApiPath);
        if (answer.IsGood)
            return Page(asked, answer.Read(ActionJson.Default.ActionsFacts));
        return answer.Status is StatusCodes.Status400BadRequest or StatusCodes.Status403Forbidden
            ? Page(asked, null, answer.Read(ProblemJson.Default.ProblemFacts), answer.Status)
            : throw new ApiRefusal(answer);
    }

    private static Task Export(HttpContext context, ApiClient api)
        => api.ForwardDocumentAsync(
            ActionsRequest.Of(context.Request.Query).ApiExportPath(context.Request.Query["format"].ToString()),
            ("Accept-Encoding", context.Request.Headers.AcceptEncoding.ToString()));

    private static RazorComponentResult Page(
        ActionsRequest asked, ActionsFacts? facts, ProblemFacts? problem = null, int status = StatusCodes.Status200OK)
        => new RazorComponentResult<ActionsPage>(new { Asked = asked, Facts = facts, Problem = problem })
        {
            StatusCode = status,
        };
}
