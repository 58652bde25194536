using System.Text.Json.Nodes;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Storage;
using Kiroku.Webhooks;

namespace Kiroku.Tests.Webhooks;

/// <summary>A cloud that may call receivers on loopback, with one of them.</summary>
internal sealed class HookCloud : IAsyncDisposable
{
    public const string Path = "/actions/v1/subscriptions";
    public const string Stop = """{"os-stop":null}""";
    public const string Start = """{"os-start":null}""";

    private HookCloud(Cloud cloud, SettableTime time, HookReceiver receiver)
        => (Cloud, Time, Receiver) = (cloud, time, receiver);

    public Cloud Cloud { get; }

    public SettableTime Time { get; }

    public HookReceiver Receiver { get; }

    public TestUser Demo => Cloud.Demo;

    public static async Task<HookCloud> StartAsync(params (string Key, string Value)[] configuration)
    {
        var time = new SettableTime();
        var cloud = await Cloud.StartAsync(
            time,
            [
                Cloud.Unwatched, ("Webhooks:AllowedNetworks", "127.0.0.0/8"),
                // Tests let days pass.
                ("Identity:TokenLifetime", "365.00:00:00"), .. configuration,
            ]);
        return new HookCloud(cloud, time, await HookReceiver.StartAsync());
    }

    /// <summary>Makes a subscription of demo's to the receiver, with further members of its body.</summary>
    public async Task<JsonNode> SubscribeAsync(string more = "", TestUser? user = null, string? url = null)
    {
        await SettleAsync();
        return await SubscribeAsync(user ?? Demo, url ?? Receiver.Url, more);
    }

    /// <summary>
    /// Waits until the feed tells all that has happened. Otherwise PostgreSQL may tell it later, as news.
    /// </summary>
    public Task SettleAsync() => new SettledFeed(Cloud.Database).NowAsync(TestContext.Current.CancellationToken);

    public static async Task<JsonNode> SubscribeAsync(TestUser user, string url, string more = "")
    {
        var (status, body) = await user.AskAsync("POST", Path, $$"""{"url":"{{url}}"{{more}}}""");
        Assert.True(status == 201, $"{status}: {body}");
        return body!;
    }

    public Task<JsonNode> ShowAsync(JsonNode subscription) => Demo.GetJsonAsync($"{Path}/{subscription["id"]}");

    public async Task<JsonArray> DeliveriesAsync(JsonNode subscription, string query = "")
        => (await Demo.GetJsonAsync($"{Path}/{subscription["id"]}/deliveries{query}"))["deliveries"]!.AsArray();

    /// <summary>Waits until the subscription's only delivery fulfils a condition.</summary>
    public async Task<JsonNode> UntilDeliveryAsync(JsonNode subscription, Func<JsonNode, bool> condition)
    {
        JsonNode? found = null;
        await Cloud.UntilAsync(async () => (found = (await DeliveriesAsync(subscription)).SingleOrDefault()) is not null
            && condition(found));
        return found!;
    }

    /// <summary>Lets time pass for what waits for it.</summary>
    public void Pass(TimeSpan time)
    {
        Time.Ahead += time;
        Cloud.App.Services.GetRequiredService<WebhookSignals>().Due.Set();
    }

    public async ValueTask DisposeAsync()
    {
        await Cloud.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
