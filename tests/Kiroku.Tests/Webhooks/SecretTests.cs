using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;

namespace Kiroku.Tests.Webhooks;

/// <summary>Secrets are shown once, to whoever had them made.</summary>
public sealed class SecretTests : IAsyncLifetime
{
    private const string Path = HookCloud.Path;
    private HookCloud hooks = null!;

    private TestUser Demo => hooks.Demo;

    public async ValueTask InitializeAsync() => hooks = await HookCloud.StartAsync();

    public ValueTask DisposeAsync() => hooks.DisposeAsync();

    [Fact]
    public async Task A_secret_is_shown_once_and_lies_in_no_row_and_no_answer()
    {
        var made = await hooks.SubscribeAsync();
        var (_, rotated) = await Demo.AskAsync("POST", $"{Of(made)}/rotate-secret");
        await Demo.AskAsync("POST", $"{Of(made)}/test");
        await hooks.Cloud.CreateServerAsync();
        await hooks.Receiver.UntilAsync(2);
        var rows = await hooks.Cloud.Database.ReadAsync(
            async db => JsonSerializer.Serialize(
                (await db.QueryAsync("SELECT * FROM webhook_subscriptions")).Concat(
                    await db.QueryAsync("SELECT * FROM webhook_deliveries"))
                    .Select(row => (object)new Dictionary<string, object>(row)), TestApp.Plain),
            TestContext.Current.CancellationToken);
        Assert.Contains((string)made["id"]!, rows, StringComparison.Ordinal);
        JsonNode[] answers =
        [
            await Demo.GetJsonAsync(Path), await Demo.GetJsonAsync(Of(made)),
            await Demo.GetJsonAsync($"{Of(made)}/deliveries"), .. hooks.Receiver.All.Select(one => one.Json),
        ];
        AssertHidden(made, rotated!, rows + string.Concat(answers.Select(one => one.ToJsonString(TestApp.Plain))));
    }

    [Fact]
    public async Task No_secret_is_logged()
    {
        using var log = new LogLines();
        await using var app = await TestApp.StartAsync(builder =>
        {
            builder.Configuration["Webhooks:AllowedNetworks"] = "127.0.0.0/8";
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        });
        var user = await app.SignInAsync();
        var made = await HookCloud.SubscribeAsync(user, hooks.Receiver.Url);
        var (_, rotated) = await user.AskAsync("POST", $"{Of(made)}/rotate-secret");
        hooks.Receiver.AnswerWith(500);
        var (_, tested) = await user.AskAsync("POST", $"{Of(made)}/test");
        Assert.Equal(500, (int)tested!["response_status"]!);
        Assert.NotEmpty(log.Text);
        AssertHidden(made, rotated!, log.Text);
    }

    /// <summary>Neither of the secrets is in the text, as they are shown or as they are used.</summary>
    private static void AssertHidden(JsonNode made, JsonNode rotated, string text)
    {
        Assert.NotEqual((string)made["secret"]!, (string)rotated["secret"]!);
        foreach (var secret in new[] { made, rotated }.Select(one => ((string)one["secret"]!)["whsec_".Length..]))
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(
                Convert.ToHexString(Convert.FromBase64String(secret)), text, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static string Of(JsonNode subscription) => $"{Path}/{subscription["id"]}";
}
