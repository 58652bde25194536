using System.Text.Json.Nodes;
using Kiroku.Api;

namespace Kiroku.Actions.Live.Description;

/// <summary>GET …/openapi.json: what the other routes are, for whoever asks.</summary>
internal static class DescriptionApi
{
    public const string Path = "/actions/v1/openapi.json";

    public static void MapDescription(this IEndpointRouteBuilder app) => app.MapGet(Path, Show)
        .Is("describeApi", "This description, without a token.")
        .Answers<JsonObject>()
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Security = [];
            return Task.CompletedTask;
        });

    private static async Task Show(HttpContext context, ApiDocument document)
        => await JsonResponse.WriteAsync(
            context, StatusCodes.Status200OK, await document.WriteAsync(context.Request, context.RequestAborted));
}
