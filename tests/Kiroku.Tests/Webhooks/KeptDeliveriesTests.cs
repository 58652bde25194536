using System.Text.Json.Nodes;
using Dapper;
using Kiroku.Tests.Servers;
using Kiroku.Webhooks.Deliveries;

namespace Kiroku.Tests.Webhooks;

/// <summary>Deliveries are kept, within limits, shown, and sent anew.</summary>
public sealed class KeptDeliveriesTests : IAsyncLifetime
{
    private HookCloud hooks = null!;

    private Cloud Cloud => hooks.Cloud;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => hooks = await HookCloud.StartAsync(
        ("Webhooks:MaxKept", "3"), ("Webhooks:MaxPending", "4"));

    public ValueTask DisposeAsync() => hooks.DisposeAsync();

    [Fact]
    public async Task Deliveries_are_shown_page_by_page_and_sent_anew_by_their_ids()
    {
        var made = await hooks.SubscribeAsync();
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, HookCloud.Stop);
        await Cloud.DoAsync(server, HookCloud.Start);
        await Cloud.UntilAsync(async () => (await hooks.DeliveriesAsync(made, "?state=delivered")).Count == 3);
        var page = await hooks.Demo.GetJsonAsync($"{Of(made)}/deliveries?page_size=2");
        var ids = page["deliveries"]!.AsArray().Select(one => (string)one!["id"]!).ToList();
        var rest = await hooks.Demo.GetJsonAsync(
            $"{Of(made)}/deliveries?page_size=2&page_token={page["next_page_token"]}");
        Assert.Null(rest["next_page_token"]);
        ids.AddRange(rest["deliveries"]!.AsArray().Select(one => (string)one!["id"]!));
        Assert.Equal((await hooks.DeliveriesAsync(made)).Select(one => (string)one!["id"]!), ids);
        Assert.Empty(await hooks.DeliveriesAsync(made, "?state=failed"));
        Assert.Equal(
            [
                "id", "event_id", "type", "subject", "state", "attempts", "created_time", "next_attempt_time",
                "last_attempt_time", "duration_ms", "response_status",
            ], (await hooks.DeliveriesAsync(made))[0]!.AsObject().Select(pair => pair.Key));

        var (status, body) = await hooks.Demo.AskAsync(
            "POST", $"{Of(made)}/redeliver", $$"""{"deliveries":["{{ids[2]}}","{{ids[0]}}"]}""");
        Assert.Equal((202, 2), (status, (int)body!["redelivered"]!));
        var all = await hooks.Receiver.UntilAsync(5);
        Assert.Equal(3, all.Select(one => one.Id).Distinct().Count());
        var other = await hooks.SubscribeAsync();
        Assert.Equal(404, (await hooks.Demo.AskAsync(
            "POST", $"{Of(other)}/redeliver", $$"""{"deliveries":["{{ids[0]}}"]}""")).Status);
    }

    [Fact]
    public async Task A_subscription_whose_deliveries_pile_up_is_disabled()
    {
        hooks.Receiver.AnswerWith(500);
        var made = await hooks.SubscribeAsync();
        var server = await Cloud.CreateServerAsync();
        foreach (var body in new[] { HookCloud.Stop, HookCloud.Start, HookCloud.Stop, HookCloud.Start })
            await Cloud.DoAsync(server, body);
        await Cloud.UntilAsync(async () => !(bool)(await hooks.ShowAsync(made))["enabled"]!);
        Assert.Equal("More than 4 deliveries wait.", (string)(await hooks.ShowAsync(made))["disabled_reason"]!);
        hooks.Receiver.AnswerWith(200);
        await hooks.Demo.AskAsync("PATCH", Of(made), """{"enabled":true}""");
        hooks.Pass(TimeSpan.FromHours(1));
        await Cloud.UntilAsync(async () => (await hooks.DeliveriesAsync(made, "?state=delivered")).Count == 5);
    }

    [Fact]
    public async Task Deliveries_are_kept_for_a_time_and_up_to_a_number_and_not_beyond_their_subscription()
    {
        var trim = Cloud.App.Services.GetRequiredService<DeliveryTrim>();
        var made = await hooks.SubscribeAsync();
        var server = await Cloud.CreateServerAsync();
        foreach (var body in new[] { HookCloud.Stop, HookCloud.Start, HookCloud.Stop })
            await Cloud.DoAsync(server, body);
        await Cloud.UntilAsync(async () => (await hooks.DeliveriesAsync(made, "?state=delivered")).Count == 4);
        hooks.Receiver.AnswerWith(500);
        await Cloud.DoAsync(server, HookCloud.Start);
        await Cloud.UntilAsync(async () => (await hooks.DeliveriesAsync(made, "?state=pending"))
            .Any(one => (int)one!["attempts"]! == 1));
        await trim.TrimAsync(Token);
        Assert.Equal(
            ["pending", "delivered", "delivered", "delivered"],
            (await hooks.DeliveriesAsync(made)).Select(one => (string)one!["state"]!));
        await hooks.Demo.AskAsync("PATCH", Of(made), """{"enabled":false}""");
        hooks.Time.Ahead += TimeSpan.FromDays(13);
        await trim.TrimAsync(Token);
        Assert.Equal(4, (await hooks.DeliveriesAsync(made)).Count);
        hooks.Time.Ahead += TimeSpan.FromDays(2);
        await trim.TrimAsync(Token);
        Assert.Empty(await hooks.DeliveriesAsync(made));

        var gone = await hooks.SubscribeAsync();
        await Cloud.DoAsync(server, HookCloud.Stop);
        await hooks.UntilDeliveryAsync(gone, one => (int)one["attempts"]! == 1);
        await hooks.Demo.AskAsync("DELETE", Of(gone));
        await trim.TrimAsync(Token);
        Assert.Equal(0, await Cloud.Database.ReadAsync(
            db => db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM webhook_deliveries"), Token));
    }

    private static string Of(JsonNode subscription) => $"{HookCloud.Path}/{subscription["id"]}";
}
