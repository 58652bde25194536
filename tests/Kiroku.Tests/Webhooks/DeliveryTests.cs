using System.Globalization;
using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Telemetry;

namespace Kiroku.Tests.Webhooks;

/// <summary>How events are sent: again where a receiver fails, and not where it does not want them.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private HookCloud hooks = null!;

    private Cloud Cloud => hooks.Cloud;

    public async ValueTask InitializeAsync() => hooks = await HookCloud.StartAsync();

    public ValueTask DisposeAsync() => hooks.DisposeAsync();

    [Fact]
    public async Task A_delivery_is_tried_ten_times_and_given_up_then_with_the_same_id_each_time()
    {
        hooks.Receiver.AnswerWith(503);
        var made = await TellAsync();
        TimeSpan[] waits =
        [
            TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
            TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20),
            TimeSpan.FromHours(24),
        ];
        foreach (var (place, wait) in waits.Index())
        {
            var delivery = await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == place + 1);
            Assert.Equal(("pending", 503), ((string)delivery["state"]!, (int)delivery["response_status"]!));
            var waited = (DateTime)delivery["next_attempt_time"]! - (DateTime)delivery["last_attempt_time"]!;
            Assert.InRange(waited, wait * 0.9, wait * 1.1);
            Assert.Equal(place + 1, hooks.Receiver.All.Count);
            hooks.Pass(waited);
        }
        var failed = await hooks.UntilDeliveryAsync(made, one => (string)one["state"]! == "failed");
        Assert.Equal((10, null), ((int)failed["attempts"]!, (string?)failed["next_attempt_time"]));
        Assert.Equal("The receiver answered 503.", (string)failed["error"]!);
        Assert.Single(hooks.Receiver.All.Select(one => (one.Id, Convert.ToHexString(one.Body))).Distinct());
        Assert.NotNull((await hooks.ShowAsync(made))["failing_since"]);
    }

    [Fact]
    public async Task Metrics_count_attempts_by_how_they_went()
    {
        hooks.Receiver.AnswerWith(503);
        var made = await TellAsync();
        await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 1);
        hooks.Receiver.AnswerWith(204);
        hooks.Pass(TimeSpan.FromSeconds(6));
        await hooks.UntilDeliveryAsync(made, one => (string)one["state"]! == "delivered");

        await Scraped.UntilAsync(Cloud.Admin, read => Count(read, "failed") == 1 && Count(read, "delivered") == 1);

        static double? Count(Scraped read, string result)
            => read.Single("kiroku_webhooks_attempts_duration_seconds_count", ("result", result));
    }

    [Fact]
    public async Task A_receiver_may_say_when_to_come_again()
    {
        hooks.Receiver.AnswerWith(429, ("Retry-After", "3600"));
        var made = await TellAsync();
        var delivery = await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 1);
        Assert.Equal(
            TimeSpan.FromHours(1),
            (DateTime)delivery["next_attempt_time"]! - (DateTime)delivery["last_attempt_time"]!);
        var at = (hooks.Time.GetUtcNow() + TimeSpan.FromHours(3)).ToString("R", CultureInfo.InvariantCulture);
        hooks.Receiver.AnswerWith(503, ("Retry-After", at));
        hooks.Pass(TimeSpan.FromHours(1));
        delivery = await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 2);
        Assert.InRange(
            (DateTime)delivery["next_attempt_time"]! - (DateTime)delivery["last_attempt_time"]!,
            TimeSpan.FromMinutes(118), TimeSpan.FromMinutes(121));
        hooks.Receiver.AnswerWith(503, ("Retry-After", "999999999"));
        hooks.Pass(TimeSpan.FromHours(3));
        delivery = await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 3);
        Assert.Equal(
            TimeSpan.FromHours(24),
            (DateTime)delivery["next_attempt_time"]! - (DateTime)delivery["last_attempt_time"]!);
    }

    [Fact]
    public async Task A_receiver_that_answers_410_is_told_nothing_more_until_somebody_enables_it()
    {
        hooks.Receiver.AnswerWith(410);
        var made = await TellAsync();
        await hooks.UntilDeliveryAsync(made, one => (string)one["state"]! == "failed");
        var shown = await hooks.ShowAsync(made);
        Assert.Equal(
            (false, "The receiver answered 410: it wants no events any more."),
            ((bool)shown["enabled"]!, (string)shown["disabled_reason"]!));
        Assert.Equal(409, await RedeliverAsync(made));
        hooks.Receiver.AnswerWith(200);
        await hooks.Demo.AskAsync("PATCH", Of(made), """{"enabled":true}""");
        shown = await hooks.ShowAsync(made);
        Assert.Equal((true, null), ((bool)shown["enabled"]!, (string?)shown["disabled_reason"]));
        Assert.Equal(202, await RedeliverAsync(made));
        await hooks.UntilDeliveryAsync(made, one => (string)one["state"]! == "delivered");
        Assert.Equal(hooks.Receiver.All[0].Id, hooks.Receiver.All[1].Id);
    }

    [Fact]
    public async Task Five_days_of_nothing_but_failures_disable_a_subscription()
    {
        hooks.Receiver.AnswerWith(500);
        var made = await TellAsync();
        await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 1);
        hooks.Pass(TimeSpan.FromDays(5.1));
        await Cloud.UntilAsync(async () => !(bool)(await hooks.ShowAsync(made))["enabled"]!);
        var reason = (string)(await hooks.ShowAsync(made))["disabled_reason"]!;
        Assert.Equal("Every attempt of the last five days has failed.", reason);
        Assert.Equal(2, hooks.Receiver.All.Count);
    }

    [Fact]
    public async Task One_success_ends_the_failing()
    {
        hooks.Receiver.AnswerWith(500);
        var made = await TellAsync();
        await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 1);
        Assert.NotNull((await hooks.ShowAsync(made))["failing_since"]);
        hooks.Receiver.AnswerWith(200);
        hooks.Pass(TimeSpan.FromSeconds(6));
        await hooks.UntilDeliveryAsync(made, one => (string)one["state"]! == "delivered");
        Assert.Null((await hooks.ShowAsync(made))["failing_since"]);
    }

    /// <summary>Has an action end, of which a new subscription tells.</summary>
    private async Task<JsonNode> TellAsync()
    {
        var server = await Cloud.CreateServerAsync();
        var made = await hooks.SubscribeAsync();
        await Cloud.DoAsync(server, HookCloud.Stop);
        return made;
    }

    private async Task<int> RedeliverAsync(JsonNode subscription)
        => (await hooks.Demo.AskAsync("POST", $"{Of(subscription)}/redeliver")).Status;

    private static string Of(JsonNode subscription) => $"{HookCloud.Path}/{subscription["id"]}";
}
