namespace Kiroku.Api;

/// <summary>The addresses under which every compute route answers.</summary>
internal static class ComputeRoutes
{
    public const string ProjectId = "project_id";

    /// <summary>Maps a room's routes under /v2 and /v2.1, each with and without the project's id.</summary>
    public static void MapCompute(this IEndpointRouteBuilder app, Action<IEndpointRouteBuilder> map)
    {
        map(app.MapGroup($"/v2/{{{ProjectId}}}"));
        map(app.MapGroup($"/v2.1/{{{ProjectId}}}"));
        map(app.MapGroup("/v2"));
        map(app.MapGroup("/v2.1"));
    }
}
