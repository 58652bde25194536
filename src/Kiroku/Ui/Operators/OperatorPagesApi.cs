using Kiroku.Ui.Actions;
using Kiroku.Ui.Door;
using Kiroku.Ui.Visits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.Operators;

/// <summary>The pages for those who run the cloud. The API says who they are.</summary>
internal static class OperatorPagesApi
{
    /// <summary>The most actions that the page of running ones lists.</summary>
    public const int MostRunning = 200;

    /// <summary>The last version in which hosts have amounts.</summary>
    private const string WithAmounts = "compute 2.87";

    public static void MapOperatorPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapPages();
        pages.AddEndpointFilter(RefuseAsync);
        pages.MapGet("/operators", Hosts);
        pages.MapGet("/operators/running", Running);
        pages.MapGet("/operators/catalog", Catalog);
    }

    private static async Task<IResult> Hosts(ApiClient api)
    {
        var hosts = await api.GetAsync(
            "/v2.1/os-hypervisors/detail?limit=1000", OperatorJson.Default.HostsFacts, WithAmounts);
        var services = await api.GetAsync("/v2.1/os-services", OperatorJson.Default.ServicesFacts);
        return new RazorComponentResult<HostsPage>(new { Hosts = hosts.Hypervisors, Services = services.Services });
    }

    private static async Task<IResult> Running(ApiClient api)
    {
        var running = await api.GetAsync(
            $"{RunningHosts.All.ApiPath}&page_size={MostRunning}", ActionJson.Default.ActionsFacts);
        return new RazorComponentResult<RunningPage>(
            new { Hosts = RunningHosts.Of(running.Actions), Facts = running });
    }

    private static async Task<IResult> Catalog(HttpContext context, ApiClient api, Visit visit)
    {
        var project = context.Request.Query["project"].ToString() is { Length: > 0 } asked
            ? asked : visit.Session!.ProjectId!;
        var projects = visit.Session!.IsAdmin ? await api.SendAsync("GET", "/identity/v3/projects") : null;
        var facts = new CatalogFacts
        {
            Images = await api.GetAsync("/image/v2/images?limit=200", OperatorJson.Default.ImagesFacts),
            Flavors = (await api.GetAsync(
                $"/v2.1/flavors/detail{(visit.Session.IsAdmin ? "?is_public=None" : "")}",
                OperatorJson.Default.FlavorsFacts)).Flavors,
            Quotas = await api.GetAsync($"/v2.1/os-quota-sets/{Uri.EscapeDataString(project)}/detail",
                OperatorJson.Default.QuotasFacts),
            ProjectId = project,
            Projects = projects is { IsGood: true }
                ? projects.Read(OperatorJson.Default.ProjectsFacts).Projects : [],
        };
        return new RazorComponentResult<CatalogPage>(new { Facts = facts });
    }

    /// <summary>Says to others whom these pages are for.</summary>
    private static async ValueTask<object?> RefuseAsync(
        EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        try
        {
            return await next(invocation);
        }
        catch (ApiRefusal refusal) when (refusal.Answer.Status == StatusCodes.Status403Forbidden)
        {
            return new RazorComponentResult<NoPermissionPage>(new { Why = refusal.Message })
            {
                StatusCode = StatusCodes.Status403Forbidden,
            };
        }
    }
}
