using Kiroku.Access;

namespace Kiroku.Actions.Live.Streams;

/// <summary>GET …/stream: the changes of the record, as they happen.</summary>
internal static class StreamApi
{
    public static void MapStreams(this IEndpointRouteBuilder app) => app.MapGet("/actions/v1/stream", Follow);

    private static async Task Follow(HttpContext context, ActionStreams streams, OpenStreams open)
    {
        var asked = new StreamRequest(context.Request, Caller.Of(context));
        using var place = open.Add(Caller.Of(context));
        await streams.AnswerAsync(context, asked);
    }
}
