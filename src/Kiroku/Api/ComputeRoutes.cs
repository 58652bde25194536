namespace Kiroku.Api;

/// <summary>The three addresses under which every compute route answers.</summary>
internal static class ComputeRoutes
{
    public const string ProjectId = "project_id";

    /// <summary>Maps a room's routes under /v2/{project_id}, /v2.1/{project_id} and /v2.1.</summary>
    public static void MapCompute(this IEndpointRouteBuilder app, Action<IEndpointRouteBuilder> map)
    {
        map(app.MapGroup($"/v2/{{{ProjectId}}}"));
        map(app.MapGroup($"/v2.1/{{{ProjectId}}}"));
        map(app.MapGroup("/v2.1"));
    }
}
