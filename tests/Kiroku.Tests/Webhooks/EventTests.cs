using System.Text.Json;
using System.Text.Json.Nodes;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using Dapper;
using Kiroku.Actions;
using Kiroku.Tests.Servers;
using Kiroku.Webhooks.Subscriptions;
using StandardWebhooks.Diagnostics;

namespace Kiroku.Tests.Webhooks;

/// <summary>What receivers are told: of which actions, in which form, and signed how.</summary>
public sealed class EventTests : IAsyncLifetime
{
    private HookCloud hooks = null!;

    private Cloud Cloud => hooks.Cloud;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => hooks = await HookCloud.StartAsync();

    public ValueTask DisposeAsync() => hooks.DisposeAsync();

    [Theory]
    [InlineData("filter = 'no filter of this version'")]
    [InlineData("address = 'http://x:99999'")]
    public async Task A_subscription_that_cannot_be_told_keeps_no_other_from_being_told(string broken)
    {
        var server = await Cloud.CreateServerAsync();
        var poisoned = await hooks.SubscribeAsync();
        await Cloud.Database.WriteAsync(connection => connection.ExecuteAsync(
            $"UPDATE webhook_subscriptions SET {broken} WHERE id = '{poisoned["id"]}'"), Token);
        var sound = await hooks.SubscribeAsync();
        var stop = await Cloud.DoAsync(server, HookCloud.Stop);
        var told = await hooks.UntilDeliveryAsync(sound, one => (string)one["state"]! == "delivered");
        Assert.Contains(stop.Action.RequestId, (string)told["subject"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_an_action_is_told_as_a_signed_CloudEvent()
    {
        var server = await Cloud.CreateServerAsync();
        var made = await hooks.SubscribeAsync();
        var stop = await Cloud.DoAsync(server, HookCloud.Stop);
        var received = Assert.Single(await hooks.Receiver.UntilAsync(1));
        var path = $"/actions/v1/servers/{server}/actions/{stop.Action.RequestId}";

        Assert.Equal("application/cloudevents+json; charset=utf-8", received.Headers["content-type"]);
        Signatures.Verify((string)made["secret"]!, received);
        var told = new JsonEventFormatter().DecodeStructuredModeMessage(received.Body, null, null);
        Assert.True(told.IsValid);
        Assert.Equal(
            (CloudEventsSpecVersion.V1_0, "kiroku.action.ended", received.Id, "application/json"),
            (told.SpecVersion, told.Type, told.Id, told.DataContentType));
        Assert.Equal(new Uri(Cloud.App.Address, "/actions/v1"), told.Source);
        Assert.Equal(path["/actions/v1/".Length..], told.Subject);
        Assert.Equal(stop.Action.FinishTime, told.Time!.Value.UtcDateTime);
        Assert.Equal(
            (await hooks.Demo.GetJsonAsync(path)).ToJsonString(),
            JsonNode.Parse(((JsonElement)told.Data!).GetRawText())!.ToJsonString());
        var delivery = await hooks.UntilDeliveryAsync(made, one => (string)one["state"]! == "delivered");
        Assert.Equal(204, (int)delivery["response_status"]!);
    }

    [Fact]
    public async Task A_changed_byte_time_or_id_does_not_verify()
    {
        var made = await hooks.SubscribeAsync();
        await hooks.Demo.AskAsync("POST", $"{HookCloud.Path}/{made["id"]}/test");
        var received = Assert.Single(hooks.Receiver.All);
        var secret = (string)made["secret"]!;
        Signatures.Verify(secret, received);
        var body = received.Body.ToArray();
        body[^2] ^= 1;
        AssertRefused(secret, received with { Body = body });
        foreach (var header in new[] { "webhook-id", "webhook-timestamp" })
            AssertRefused(secret, received with
            {
                Headers = new Dictionary<string, string>(received.Headers)
                {
                    [header] = $"{received.Headers[header]}1",
                },
            });
        AssertRefused($"whsec_{Convert.ToBase64String(new byte[32])}", received);
    }

    [Fact]
    public async Task Both_secrets_are_good_for_a_day_after_a_rotation()
    {
        var made = await hooks.SubscribeAsync();
        var path = $"{HookCloud.Path}/{made["id"]}";
        var (status, rotated) = await hooks.Demo.AskAsync("POST", $"{path}/rotate-secret");
        Assert.Equal(200, status);
        Assert.NotNull((await hooks.ShowAsync(made))["former_secret_until"]);
        await hooks.Demo.AskAsync("POST", $"{path}/test");
        var (former, present) = ((string)made["secret"]!, (string)rotated!["secret"]!);
        Signatures.Verify(former, hooks.Receiver.All[0]);
        Signatures.Verify(present, hooks.Receiver.All[0]);
        hooks.Pass(TimeSpan.FromHours(23.9));
        await hooks.Demo.AskAsync("POST", $"{path}/test");
        Assert.Equal(2, hooks.Receiver.All[1].Headers["webhook-signature"].Split(' ').Length);
        hooks.Pass(TimeSpan.FromHours(0.2));
        await hooks.Demo.AskAsync("POST", $"{path}/test");
        Assert.Single(hooks.Receiver.All[2].Headers["webhook-signature"].Split(' '));
        Assert.Null((await hooks.ShowAsync(made))["former_secret_until"]);
    }

    [Fact]
    public async Task A_test_is_told_and_answered_with_what_the_receiver_says()
    {
        var made = await hooks.SubscribeAsync(",\"enabled\":false");
        hooks.Receiver.Answer = context =>
        {
            context.Response.StatusCode = 418;
            return context.Response.WriteAsync("I am a \u001b[31mteapot");
        };
        var (status, answer) = await hooks.Demo.AskAsync("POST", $"{HookCloud.Path}/{made["id"]}/test", "{}");
        Assert.Equal(200, status);
        Assert.Equal(
            (false, 418, "I am a  [31mteapot", "The receiver answered 418."),
            ((bool)answer!["delivered"]!, (int)answer["response_status"]!, (string)answer["response"]!,
                (string)answer["error"]!));
        var received = Assert.Single(hooks.Receiver.All);
        Assert.Equal(("kiroku.test", (string)answer["event_id"]!), (received.Type, received.Id));
        Assert.Equal((string)made["id"]!, (string)received.Json["data"]!["id"]!);
        Assert.Empty(await hooks.DeliveriesAsync(made));
    }

    [Fact]
    public async Task Only_what_the_filter_lets_through_is_told()
    {
        await hooks.SubscribeAsync(
            ",\"filter\":\"action = st* AND outcome = failed\"", url: $"{hooks.Receiver.Url}?failed");
        await hooks.SubscribeAsync(",\"filter\":\"action = st*\"", url: $"{hooks.Receiver.Url}?all");
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, HookCloud.Stop);
        Cloud.Hypervisor.Before = operation
            => operation == "start" ? throw new InvalidOperationException() : Task.CompletedTask;
        var failed = await Cloud.DoAsync(server, HookCloud.Start);
        Assert.Equal(Outcomes.Failed, failed.Action.Outcome);
        await hooks.Receiver.UntilAsync(3);
        Assert.Equal(
            ["/hook?all start", "/hook?all stop", "/hook?failed start"],
            hooks.Receiver.All.Select(one => $"{one.Path} {one.Json["data"]!["action"]}").Order());
    }

    [Fact]
    public async Task A_projects_subscription_tells_nothing_of_others_and_nothing_that_only_administrators_see()
    {
        var other = await People.AddAsync(Cloud.App, "other", "other", "member");
        await hooks.SubscribeAsync(user: other, url: $"{hooks.Receiver.Url}?other");
        await hooks.SubscribeAsync(user: Cloud.Admin, url: $"{hooks.Receiver.Url}?own");
        await hooks.SubscribeAsync(url: $"{hooks.Receiver.Url}?demo");
        await hooks.SubscribeAsync(",\"all_projects\":true", Cloud.Admin, $"{hooks.Receiver.Url}?all");
        var server = await Cloud.CreateServerAsync();
        Cloud.Hypervisor.Before = operation
            => operation == "stop" ? throw new InvalidOperationException("deep inside") : Task.CompletedTask;
        await Cloud.DoAsync(server, HookCloud.Stop);
        await Cloud.ResetStateAsync(server, "active");
        await hooks.Receiver.UntilAsync(6);
        var of = hooks.Receiver.All.ToLookup(one => one.Path.Split('?')[1], one => one);
        Assert.Equal((0, 0, 3, 3), (of["other"].Count(), of["own"].Count(), of["demo"].Count(), of["all"].Count()));
        Assert.All(of["demo"], one => Assert.All(one.Json["data"]!["attempts"]!.AsArray(), attempt =>
        {
            Assert.Null(attempt!["host"]);
            Assert.Null(attempt["traceback"]);
        }));
        var (seen, hidden) = (of["all"].Select(one => one.Json), of["demo"].Select(one => one.Json));
        Assert.Contains("deep inside", string.Concat(seen), StringComparison.Ordinal);
        Assert.DoesNotContain("deep inside", string.Concat(hidden), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_that_is_disabled_or_deleted_is_told_nothing()
    {
        var server = await Cloud.CreateServerAsync();
        await hooks.SubscribeAsync();
        await hooks.SubscribeAsync(",\"all_projects\":true", Cloud.Admin, $"{hooks.Receiver.Url}?all");
        await Cloud.Database.WriteAsync(
            db => db.ExecuteAsync("UPDATE projects SET enabled = 0 WHERE name = 'demo'"), Token);
        await Cloud.ResetStateAsync(server, "error");
        Assert.EndsWith("?all", Assert.Single(await hooks.Receiver.UntilAsync(1)).Path, StringComparison.Ordinal);
        await Cloud.Database.WriteAsync(
            db => db.ExecuteAsync("UPDATE projects SET enabled = 1 WHERE name = 'demo'"), Token);
        await Cloud.ResetStateAsync(server, "active");
        Assert.Equal(3, (await hooks.Receiver.UntilAsync(3)).Count);
    }

    [Fact]
    public async Task Nothing_is_made_while_the_store_lives_on_its_ballast_and_all_of_it_later()
    {
        var server = await Cloud.CreateServerAsync();
        var made = await hooks.SubscribeAsync();
        Cloud.Database.SaysDiskIsFull = true;
        var ended = false;
        var looks = new SemaphoreSlim(0);
        Cloud.Database.AfterRead = found =>
        {
            if (found is IReadOnlyList<Subscription> && Volatile.Read(ref ended))
                looks.Release();
            return Task.CompletedTask;
        };
        await Cloud.DeleteAsync(server);
        Volatile.Write(ref ended, true);
        // The first may have begun before; the second ends with what it makes before the third begins.
        for (var look = 0; look < 3; look++)
            await looks.WaitAsync(Token);
        Assert.Empty(await hooks.DeliveriesAsync(made));
        Assert.Empty(hooks.Receiver.All);
        Cloud.Database.SaysDiskIsFull = false;
        Assert.Equal("delete", (string)(await hooks.Receiver.UntilAsync(1))[0].Json["data"]!["action"]!);
    }

    [Fact]
    public async Task An_event_that_waits_outlives_its_action()
    {
        var server = await Cloud.CreateServerAsync();
        hooks.Receiver.AnswerWith(500);
        var made = await hooks.SubscribeAsync();
        var stop = await Cloud.DoAsync(server, HookCloud.Stop);
        await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 1);
        await Cloud.Database.WriteAsync(
            db => db.ExecuteAsync("DELETE FROM records WHERE action = 'stop'"), Token);
        hooks.Receiver.AnswerWith(200);
        hooks.Pass(TimeSpan.FromSeconds(6));
        var received = await hooks.Receiver.UntilAsync(2);
        Assert.Equal(stop.Action.RequestId, received[1].RequestId);
        Assert.Equal(received[0].Body, received[1].Body);
    }

    [Fact]
    public async Task A_store_that_was_restored_goes_on_from_now_and_the_subscription_says_so()
    {
        var server = await Cloud.CreateServerAsync();
        var made = await hooks.SubscribeAsync();
        await Cloud.DoAsync(server, HookCloud.Stop);
        await hooks.Receiver.UntilAsync(1);
        Assert.Null((await hooks.ShowAsync(made))["gap_time"]);
        await Cloud.StopAsync();
        await Cloud.Database.WriteAsync(db => db.ExecuteAsync(
            "UPDATE webhook_feed SET told = 'another.5.5'; UPDATE webhook_subscriptions SET since = 'another.1.1'"),
            Token);
        await Cloud.StartAgainAsync();
        await Cloud.UntilAsync(async () => (await hooks.ShowAsync(made))["gap_time"] is not null);
        var start = await Cloud.DoAsync(server, HookCloud.Start);
        Assert.Equal(start.Action.RequestId, (await hooks.Receiver.UntilAsync(2))[1].RequestId);
    }

    private static void AssertRefused(string secret, Received received)
        => Assert.Throws<WebhookVerificationException>(() => Signatures.Verify(secret, received));
}
