using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Actions.Live.Streams;

/// <summary>GET …/stream: the changes of the record, as they happen.</summary>
internal static class StreamApi
{
    public static void MapStreams(this IEndpointRouteBuilder app) => app.MapGet("/actions/v1/stream", Follow)
        .Is("followActions", "The changes of all actions of the project, or of all projects, as they happen.")
        .Takes(LiveScope.FilterName, LiveScope.FilterMeaning, DescribedValue.Text)
        .Takes(StreamRequest.AfterName, "The position to go on from; without it from now on.")
        .Takes(LiveScope.AllProjectsName, LiveScope.AllProjectsMeaning, DescribedValue.Truth)
        .Takes(StreamRequest.LastEventId, "The same as after, which it wins over.", DescribedValue.Header)
        .Answers<StreamLine>(StatusCodes.Status200OK, [.. StreamForms.MediaTypes])
        .Refuses(
            StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status406NotAcceptable,
            StatusCodes.Status410Gone);

    private static async Task Follow(HttpContext context, ActionStreams streams, OpenStreams open)
    {
        var caller = Caller.Of(context);
        var asked = new StreamRequest(context.Request, caller);
        using var place = open.Take((caller.UserId, caller.ProjectId));
        await streams.AnswerAsync(context, asked);
    }
}
