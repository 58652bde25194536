using System.Text.Json.Nodes;
using Kiroku.Tests.Webhooks;

namespace Kiroku.Tests.Ui;

/// <summary>The pages of webhooks: what was sent, sending it anew, and to whom that is shown.</summary>
public sealed class SubscriptionPagesTests : IAsyncLifetime
{
    private HookCloud hooks = null!;

    private TestApp App => hooks.Cloud.App;

    public async ValueTask InitializeAsync() => hooks = await HookCloud.StartAsync();

    public ValueTask DisposeAsync() => hooks.DisposeAsync();

    [Fact]
    public async Task A_delivery_is_sent_again_by_its_button()
    {
        var (subscription, delivery) = await DeliveredAsync();
        using var client = await PageClient.SignInAsync(App);
        var page = await client.GetAsync(PathOf(subscription));
        Assert.Equal(200, page.Status);
        Assert.Equal("Delivered", page.Find($"#d-{delivery} .badge").TextContent.Trim());
        Assert.NotNull(page.Document.QuerySelector($"#d-{delivery} a[href^='/ui/servers/']"));
        Assert.DoesNotContain("whsec_", page.Html, StringComparison.Ordinal);
        var answer = await client.SubmitAsync(page, $"{PathOf(subscription)}/redeliver", ("delivery", delivery));
        Assert.Equal((303, $"{PathOf(subscription)}?sent=1"), (answer.Status, answer.Location));
        await hooks.Receiver.UntilAsync(all => all.Count == 2 && all[0].Id == all[1].Id);
        Assert.Contains("1", (await client.GetAsync(answer.Location!)).Find("#told-redelivered").TextContent,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_sent_again_is_said_with_the_APIs_status()
    {
        var (subscription, delivery) = await DeliveredAsync();
        using var client = await PageClient.SignInAsync(App);
        var page = await client.GetAsync(PathOf(subscription));
        var unknown = await client.SubmitAsync(page, $"{PathOf(subscription)}/redeliver", ("delivery", "999999"));
        Assert.Equal(404, unknown.Status);
        var wrong = await client.SubmitAsync(page, $"{PathOf(subscription)}/redeliver", ("delivery", "<b>"));
        Assert.Equal(400, wrong.Status);
        Assert.NotEmpty(wrong.Find("#problem").TextContent);
        var off = await client.SubmitAsync(page, $"{PathOf(subscription)}/enable", ("enabled", "false"));
        Assert.Equal((303, PathOf(subscription)), (off.Status, off.Location));
        var disabled = await client.SubmitAsync(page, $"{PathOf(subscription)}/redeliver", ("delivery", delivery));
        Assert.Equal(409, disabled.Status);
        Assert.Equal("Disabled", disabled.Find(".title .badge").TextContent.Trim());
    }

    [Fact]
    public async Task A_test_shows_what_the_receiver_said()
    {
        var subscription = await hooks.SubscribeAsync();
        using var client = await PageClient.SignInAsync(App);
        var page = await client.GetAsync(PathOf(subscription));
        var good = await client.SubmitAsync(page, $"{PathOf(subscription)}/test");
        Assert.Equal((200, "204"), (good.Status, good.Find("#told-test code").TextContent));
        hooks.Receiver.AnswerWith(500);
        var bad = await client.SubmitAsync(page, $"{PathOf(subscription)}/test");
        Assert.Equal("500", bad.Find("#told-test.problem code").TextContent);
    }

    [Fact]
    public async Task It_is_deleted_with_a_confirmation()
    {
        var subscription = await hooks.SubscribeAsync();
        using var client = await PageClient.SignInAsync(App);
        var page = await client.GetAsync(PathOf(subscription));
        Assert.NotNull(page.Document.QuerySelector("details#delete button.danger"));
        var answer = await client.SubmitAsync(page, $"{PathOf(subscription)}/delete");
        Assert.Equal((303, "/ui/subscriptions"), (answer.Status, answer.Location));
        Assert.Equal(404, (await client.GetAsync(PathOf(subscription))).Status);
    }

    [Fact]
    public async Task Another_projects_are_neither_listed_nor_shown_nor_acted_on()
    {
        var subscription = await hooks.SubscribeAsync(""","description":"tickets of demo" """);
        await People.AddAsync(App, "other", "other", "member");
        await People.AddAsync(App, "demoreader", "demo", "reader");
        using var stranger = await PageClient.SignInAsync(App, "other");
        using var reader = await PageClient.SignInAsync(App, "demoreader", "demo");
        using var admin = await PageClient.SignInAsync(App, "admin");
        var list = await stranger.GetAsync("/ui/subscriptions");
        Assert.Equal(200, list.Status);
        Assert.DoesNotContain("tickets", list.Html, StringComparison.Ordinal);
        Assert.Equal(403, (await stranger.GetAsync("/ui/subscriptions?all=true")).Status);
        Assert.Equal(404, (await stranger.GetAsync(PathOf(subscription))).Status);
        foreach (var act in new[] { "delete", "test", "redeliver", "enable" })
        {
            var path = $"{PathOf(subscription)}/{act}";
            var own = ("Sec-Fetch-Site", "same-origin");
            Assert.Equal(404, (await stranger.PostAsync(path, list.Fill("/ui/sign-out", []), own)).Status);
            var page = await reader.GetAsync(PathOf(subscription));
            var refused = await reader.PostAsync(path, page.Fill("/ui/sign-out", []), own);
            Assert.Equal(403, refused.Status);
            Assert.NotEmpty(refused.Find("#problem").TextContent);
        }
        Assert.Contains("tickets", (await admin.GetAsync("/ui/subscriptions")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("tickets", (await admin.GetAsync("/ui/subscriptions?all=false")).Text,
            StringComparison.Ordinal);
        Assert.Empty(hooks.Receiver.All);
    }

    private async Task<(JsonNode Subscription, string Delivery)> DeliveredAsync()
    {
        var subscription = await hooks.SubscribeAsync();
        var server = await hooks.Cloud.CreateServerAsync();
        Assert.NotEqual(Guid.Empty, server);
        var delivery = await hooks.UntilDeliveryAsync(subscription, one => (string)one["state"]! == "delivered");
        return (subscription, (string)delivery["id"]!);
    }

    private static string PathOf(JsonNode subscription) => $"/ui/subscriptions/{subscription["id"]}";
}
