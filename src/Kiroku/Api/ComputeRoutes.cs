using Microsoft.AspNetCore.Routing.Patterns;

namespace Kiroku.Api;

/// <summary>The addresses under which every compute route answers.</summary>
internal static class ComputeRoutes
{
    public const string ProjectId = "project_id";
    private static readonly RouteValueDictionary Policies = new() { [ProjectId] = new ProjectSegment() };

    /// <summary>Maps a room's routes under /v2 and /v2.1, each with and without the project's id.</summary>
    public static void MapCompute(this IEndpointRouteBuilder app, Action<IEndpointRouteBuilder> map)
    {
        map(app.MapGroup(WithProject("/v2")));
        map(app.MapGroup(WithProject("/v2.1")));
        map(app.MapGroup("/v2"));
        map(app.MapGroup("/v2.1"));
    }

    private static RoutePattern WithProject(string version)
        => RoutePatternFactory.Parse($"{version}/{{{ProjectId}}}", defaults: null, Policies);
}
