using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Kiroku.Actions.Feed;

namespace Kiroku.Tests.Actions.Live.Streams;

/// <summary>A client of the stream: server-sent events are read by .NET's parser, lines as what they are.</summary>
internal sealed class StreamClient : IAsyncDisposable
{
    public const string Path = "/actions/v1/stream";
    public const string Events = "text/event-stream";
    public const string Lines = "application/x-ndjson";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly IAsyncEnumerator<StreamItem> items;

    private StreamClient(HttpResponseMessage answer, Stream body, string last)
    {
        (Answer, Last) = (answer, last);
        var form = answer.Content.Headers.ContentType!.MediaType;
        items = (form == Lines ? ReadLinesAsync(body) : ReadEventsAsync(body)).GetAsyncEnumerator(Token);
    }

    public HttpResponseMessage Answer { get; }

    /// <summary>The position of what was read last: where the next stream goes on.</summary>
    public string Last { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<StreamClient> OpenAsync(
        TestUser user, string query = "", string accept = Events, string? lastEventId = null)
    {
        (string, string)[] headers = lastEventId is null ? [] : [("Last-Event-ID", lastEventId)];
        var answer = await user.App.OpenAsync(Path + query, user.Token, [("Accept", accept), .. headers]);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
        return await OfAsync(answer, lastEventId);
    }

    public static async Task<StreamClient> OfAsync(HttpResponseMessage answer, string? lastEventId = null)
        => new(answer, await answer.Content.ReadAsStreamAsync(Token), lastEventId ?? "");

    /// <summary>What comes next; null where the stream has ended.</summary>
    public async Task<StreamItem?> NextAsync()
    {
        if (!await items.MoveNextAsync().AsTask().WaitAsync(Patience, Token))
            return null;
        Last = items.Current.Position;
        return items.Current;
    }

    /// <summary>The next action, whatever bookmarks come before it.</summary>
    public async Task<StreamItem> NextActionAsync()
    {
        while (true)
        {
            var item = await NextAsync();
            Assert.NotNull(item);
            Assert.NotEqual("end", item.Kind);
            if (item.Action is not null)
                return item;
        }
    }

    /// <summary>The actions until one of them is this one as it ended.</summary>
    public async Task<List<StreamItem>> UntilEndedAsync(string request)
    {
        var told = new List<StreamItem>();
        do
            told.Add(await NextActionAsync());
        while (!told[^1].IsEndOf(request));
        return told;
    }

    /// <summary>The actions until a bookmark says that everything up to a position was told.</summary>
    public async Task<List<StreamItem>> UntilAsync(FeedPosition position)
    {
        var told = new List<StreamItem>();
        while (true)
        {
            var item = await NextAsync();
            Assert.NotNull(item);
            if (item.Action is not null)
                told.Add(item);
            else if (Parse(item.Position).Number >= position.Number)
                return told;
        }
    }

    /// <summary>Why the stream ends, which is the last thing that it tells.</summary>
    public async Task<string> EndAsync()
    {
        while (true)
        {
            var item = await NextAsync();
            Assert.NotNull(item);
            if (item.Reason is null)
                continue;
            Assert.Null(await NextAsync());
            return item.Reason;
        }
    }

    public static FeedPosition Parse(string text)
    {
        Assert.True(FeedPosition.TryParse(text, out var position), text);
        return position;
    }

    /// <summary>Checks that a stream, or several that go on from each other, told things in the feed's order.</summary>
    public static void AssertInOrder(IEnumerable<StreamItem> told)
    {
        var positions = told.Select(item => Parse(item.Position)).ToList();
        Assert.All(positions.Zip(positions.Skip(1)), pair => Assert.True(pair.Second.IsAfter(pair.First), $"{pair}"));
    }

    public ValueTask DisposeAsync()
    {
        Answer.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async IAsyncEnumerable<StreamItem> ReadEventsAsync(Stream body)
    {
        await foreach (var item in SseParser.Create(body).EnumerateAsync(Token))
        {
            var data = JsonNode.Parse(item.Data)!;
            Assert.Equal(item.EventId, (string?)data["position"]);
            yield return new StreamItem(
                item.EventType, item.EventId!, item.EventType == "action" ? data : null, (string?)data["reason"]);
        }
    }

    private static async IAsyncEnumerable<StreamItem> ReadLinesAsync(Stream body)
    {
        using var reader = new StreamReader(body);
        while (await reader.ReadLineAsync(Token) is { } line)
        {
            var data = JsonNode.Parse(line)!;
            Assert.True(data["action"] is not { } action || (string?)action["position"] == (string?)data["position"]);
            yield return new StreamItem(
                (string)data["type"]!, (string)data["position"]!, data["action"], (string?)data["reason"]);
        }
    }
}

/// <summary>An event or line of a stream: an action, a bookmark, or the end with its reason.</summary>
internal sealed record StreamItem(string Kind, string Position, JsonNode? Action, string? Reason)
{
    public string Request => (string)Action!["request_id"]!;

    public bool IsDone => (bool)Action!["done"]!;

    public bool IsEndOf(string request) => IsDone && Request == request;
}
