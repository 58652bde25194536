using System.Text.Json;
using Kiroku.Actions.Live.Filters;
using Kiroku.Api;
using Kiroku.Webhooks.Receivers;

namespace Kiroku.Webhooks.Subscriptions;

/// <summary>What a request to make or change a subscription asks for; null where it says nothing.</summary>
internal sealed record SubscriptionRequest
{
    /// <summary>The problem that a receiver's address is which is none, or none that receivers may have.</summary>
    public const string UrlProblem = "invalid-url";

    private const int MostDescription = 255;

    private static readonly Schema Kinds = Schema.ArrayOf(Schema.OneWordOf(EventKinds.All)) with
    {
        MinItems = 1,
        HasUniqueItems = true,
    };

    private static readonly Schema Truth = new() { Types = ["boolean"] };

    /// <summary>The body that changes one.</summary>
    public static readonly Schema Changing = Schema.Object(
        ("url", Parameters.Text), ("filter", Parameters.Text), ("events", Kinds),
        ("description", Parameters.Description with { MaxLength = MostDescription }), ("enabled", Truth));

    /// <summary>The body that makes one.</summary>
    public static readonly Schema Making = Changing.With("all_projects", Truth) with { Required = ["url"] };

    public Uri? Url { get; private init; }

    public string? Filter { get; private init; }

    public Filter? ParsedFilter { get; private init; }

    public string? Events { get; private init; }

    public string? Description { get; private init; }

    /// <summary>Whether it says anything of the description, which may be taken away.</summary>
    public bool HasDescription { get; private init; }

    public bool? Enabled { get; private init; }

    public bool AllProjects { get; private init; }

    /// <exception cref="Fault">400: the body is none that makes a subscription.</exception>
    public static SubscriptionRequest ToMake(JsonElement body) => Read(body, Making);

    /// <exception cref="Fault">400: the body is none that changes one.</exception>
    public static SubscriptionRequest ToChange(JsonElement body) => Read(body, Changing);

    /// <summary>The subscription with what the request asks for.</summary>
    public SubscriptionRow Apply(SubscriptionRow row) => row with
    {
        Url = Url?.OriginalString ?? row.Url,
        // Another receiver has not failed yet.
        FailingSince = Url is null || Url.OriginalString == row.Url ? row.FailingSince : null,
        Filter = Filter ?? row.Filter,
        Events = Events ?? row.Events,
        Description = HasDescription ? Description : row.Description,
        Enabled = Enabled ?? row.Enabled,
    };

    public static Fault RefuseUrl(string why) => new(StatusCodes.Status400BadRequest, why) { Type = UrlProblem };

    private static SubscriptionRequest Read(JsonElement body, Schema schema)
    {
        schema.Require(body, relaxed: false);
        var filter = body.TextOf("filter");
        return new SubscriptionRequest
        {
            Url = body.TextOf("url") is { } url ? ReadUrl(url) : null,
            Filter = filter,
            ParsedFilter = filter is null ? null : FilterParser.Parse(filter),
            Events = body.TryGetProperty("events", out var kinds) ? ReadEvents(kinds) : null,
            Description = body.TextOf("description"),
            HasDescription = body.TryGetProperty("description", out _),
            Enabled = body.TryGetProperty("enabled", out var enabled) ? enabled.GetBoolean() : null,
            AllProjects = body.TryGetProperty("all_projects", out var all) && all.GetBoolean(),
        };
    }

    private static Uri ReadUrl(string text) => ReceiverUrl.TryParse(text, out var url)
        ? url
        : throw RefuseUrl($"url is an http or https address of at most {ReceiverUrl.MostCharacters} characters, as "
            + "https://hooks.example/kiroku, without user, password and fragment.");

    /// <summary>In the order in which they come about.</summary>
    private static string ReadEvents(JsonElement kinds)
    {
        var asked = kinds.EnumerateArray().Select(kind => kind.GetString()).ToHashSet();
        return string.Join(',', EventKinds.All.Where(asked.Contains));
    }
}
