using Kiroku.Actions.Feed;
using Kiroku.Actions.Live.Streams;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Actions.Live.Streams;

/// <summary>A cloud with a server, whose streams are told their positions often.</summary>
public sealed class StreamCloud : IAsyncLifetime
{
    /// <summary>Often, so that a test sees soon what it was told.</summary>
    public static readonly (string Key, string Value) Bookmarks = ("Streams:BookmarkInterval", "00:00:00.05");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal Cloud Cloud { get; private set; } = null!;

    internal TestUser Other { get; private set; } = null!;

    internal Guid Server { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Cloud = await Cloud.StartAsync(Cloud.Unwatched, Bookmarks);
        Other = await People.AddAsync(Cloud.App, "other", "other", "member");
        Server = await Cloud.CreateServerAsync();
    }

    public ValueTask DisposeAsync() => Cloud.DisposeAsync();

    /// <summary>The position before what comes next, once everything until now can be told.</summary>
    internal static Task<FeedPosition> NowAsync(Cloud cloud)
        => new SettledFeed(cloud.Database).NowAsync(TestContext.Current.CancellationToken);

    /// <summary>The position before the first action of all.</summary>
    internal static async Task<string> BeginningAsync(Cloud cloud)
        => $"{await NowAsync(cloud) with { Number = 0, Id = 0 }}";

    /// <summary>Stops and starts servers, all at once and each so many times.</summary>
    /// <returns>The requests, each of which has ended.</returns>
    internal static async Task<List<string>> WorkAsync(Cloud cloud, IEnumerable<Guid> servers, int times)
    {
        var requests = await Task.WhenAll(servers.Select(async server =>
        {
            var own = new List<string>();
            for (var time = 0; time < times; time++)
            {
                foreach (var body in new[] { """{"os-stop":null}""", """{"os-start":null}""" })
                    own.Add((await cloud.DoAsync(server, body)).Action.RequestId);
            }
            return own;
        }));
        return [.. requests.SelectMany(own => own)];
    }

    /// <summary>Waits until so many streams are open.</summary>
    internal static async Task UntilOpenAsync(Cloud cloud, int streams)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        var open = cloud.App.Services.GetRequiredService<OpenStreams>();
        while (open.Count != streams)
            await Task.Delay(5, limit.Token);
    }
}
