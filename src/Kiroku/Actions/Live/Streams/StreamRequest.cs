using Kiroku.Access;
using Kiroku.Actions.Feed;
using Kiroku.Api;

namespace Kiroku.Actions.Live.Streams;

/// <summary>What a request for a stream asks for.</summary>
internal sealed record StreamRequest
{
    public const string AfterName = "after";
    public const string LastEventId = "Last-Event-ID";

    private static readonly string[] Known = [LiveScope.FilterName, AfterName, LiveScope.AllProjectsName];

    private readonly LiveScope scope;

    /// <exception cref="Fault">400: a parameter is unknown, or is none of the values that it may have; 403: the caller
    /// may not ask for that; 406: the client accepts no form of a stream.</exception>
    public StreamRequest(HttpRequest request, Caller caller)
    {
        var asked = new LiveParameters(request, Known);
        scope = LiveScope.Read(asked);
        After = Parse(AfterName, asked[AfterName]);
        // Where both are given, the client goes on with a stream that it began with this address.
        if (request.Headers[LastEventId] is { Count: > 0 } last && $"{last}" is { Length: > 0 } id)
            After = Parse(LastEventId, id);
        Require(caller);
        Form = StreamForms.Choose(request);
    }

    /// <summary>The position to go on from; null for now.</summary>
    public FeedPosition? After { get; }

    public StreamForm Form { get; }

    /// <exception cref="Fault">403: the caller may not ask for that.</exception>
    public void Require(Caller caller) => scope.Require(caller);

    /// <summary>The project whose servers' actions are told; null for those of all.</summary>
    public string? ProjectOf(Caller caller) => scope.ProjectOf(caller);

    /// <summary>Whether a caller is told of an action, as it is in its latest state.</summary>
    public bool Tells(LiveAction action, Caller caller) => scope.Tells(action, caller);

    public static Fault Refuse(string why)
        => new(StatusCodes.Status400BadRequest, why) { Type = "invalid-position" };

    private static FeedPosition? Parse(string name, string? text)
    {
        if (text is null)
            return null;
        return FeedPosition.TryParse(text, out var position)
            ? position
            : throw Refuse($"{name} is none of the positions that this service tells.");
    }
}
