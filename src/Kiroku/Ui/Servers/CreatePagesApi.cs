using Kiroku.Ui.Actions;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Sessions;
using Kiroku.Ui.Visits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.Servers;

/// <summary>The page on which a server is created.</summary>
internal static class CreatePagesApi
{
    public const string Path = "/ui/servers/create";

    public static void MapCreatePages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/servers/create", Ask);
        pages.MapPost("/servers/create", Create);
    }

    private static async Task<IResult> Ask(ApiClient api, Visit visit)
        => visit.Session!.OnlyReads()
            ? new RazorComponentResult<CreateRefusedPage> { StatusCode = StatusCodes.Status403Forbidden }
            : await PageAsync(api, new CreateForm { Once = $"{Guid.NewGuid():N}" }, null, StatusCodes.Status200OK);

    private static async Task<IResult> Create(HttpContext context, ApiClient api, Visit visit)
    {
        var fields = await context.Request.ReadFormAsync(context.RequestAborted);
        var form = CreateForm.Of(fields);
        if (form.Problem(visit.Texts) is { } problem)
            return await PageAsync(api, form, problem, StatusCodes.Status400BadRequest);
        var body = form.Body();
        var answer = await api.SendAsync("POST", "/v2.1/servers", body, OneSubmit.KeyOf(fields, "create", body));
        if (!answer.IsGood)
            return await PageAsync(api, form, PageProblem.Of(answer, visit.Texts), answer.Status);
        var made = answer.Read(ServerPageJson.Default.MadeServer).Server.Id;
        return SeeOther.To(context, ActionFacts.PathOf(made, answer.RequestId!));
    }

    private static async Task<IResult> PageAsync(ApiClient api, CreateForm form, PageProblem? problem, int status)
        => new RazorComponentResult<CreatePage>(
            new { Form = form, Choices = await Choices.ForNewAsync(api), Problem = problem })
        {
            StatusCode = status,
        };
}
