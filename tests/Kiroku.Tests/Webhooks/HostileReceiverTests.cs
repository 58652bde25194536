using System.Net;
using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;
using Kiroku.Webhooks.Receivers;

namespace Kiroku.Tests.Webhooks;

/// <summary>Receivers that mean no good: they lead elsewhere, answer late, without an end or not at all.</summary>
public sealed class HostileReceiverTests : IAsyncLifetime
{
    private HookCloud hooks = null!;

    private Cloud Cloud => hooks.Cloud;

    public async ValueTask InitializeAsync() => hooks = await HookCloud.StartAsync(("Webhooks:Timeout", "00:00:02"));

    public ValueTask DisposeAsync() => hooks.DisposeAsync();

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_a_failure_and_is_not_followed(int status)
    {
        hooks.Receiver.AnswerWith(status, ("Location", $"{hooks.Receiver.Url}/elsewhere"));
        var made = await TellAsync();
        var delivery = await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 1);
        Assert.Equal(
            ("pending", "The receiver answered with a redirect, which is not followed."),
            ((string)delivery["state"]!, (string)delivery["error"]!));
        Assert.Equal("/hook", Assert.Single(hooks.Receiver.All).Path);
    }

    [Fact]
    public async Task Nobody_listening_is_a_failure_that_names_no_address()
    {
        var made = await TellAsync(url: "http://127.0.0.1:1/");
        var delivery = await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 1);
        Assert.Equal("The receiver could not be reached.", (string)delivery["error"]!);
        Assert.Null(delivery["response_status"]);
    }

    [Fact]
    public async Task A_receiver_without_TLS_at_an_https_address_is_a_failure()
    {
        var made = await TellAsync(url: hooks.Receiver.Url.Replace("http:", "https:", StringComparison.Ordinal));
        var delivery = await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 1);
        Assert.Contains("certificate", (string)delivery["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_stands_for_loopback_after_the_subscription_was_made_is_not_called()
    {
        var address = IPAddress.Parse("192.0.2.1");
        await using var app = await TestApp.StartAsync(builder
            => builder.Services.AddSingleton<ResolveName>(
                _ => Task.FromResult<IPAddress[]>([address])));
        var user = await app.SignInAsync();
        var port = new Uri(hooks.Receiver.Url).Port;
        var made = await HookCloud.SubscribeAsync(user, $"http://rebind.example:{port}/hook");
        address = IPAddress.Loopback;
        var (_, tested) = await user.AskAsync("POST", $"{Of(made)}/test");
        Assert.Equal("The receiver's address is none that receivers may have.", (string)tested!["error"]!);
        Assert.Empty(hooks.Receiver.All);
    }

    [Fact]
    public async Task Names_that_requests_ask_for_in_vain_leave_threads_to_deliveries()
    {
        var (never, asked) = (new TaskCompletionSource<IPAddress[]>(), 0);
        await using var app = await TestApp.StartAsync(builder =>
        {
            builder.Configuration["Webhooks:MaxPerProject"] = "-1";
            builder.Configuration["Webhooks:Timeout"] = "00:00:00.2";
            builder.Services.AddSingleton<ResolveName>(name =>
            {
                if (name == "sound.example")
                    return Task.FromResult<IPAddress[]>([IPAddress.Parse("192.0.2.1")]);
                Interlocked.Increment(ref asked);
                return never.Task;
            });
        });
        var user = await app.SignInAsync();
        var made = await Task.WhenAll(Enumerable.Range(0, 70).Select(
            number => HookCloud.SubscribeAsync(user, $"http://silent{number}.example/")));
        foreach (var one in made.Take(2))
        {
            var (_, tested) = await user.AskAsync("POST", $"{Of(one)}/test");
            Assert.Equal("The receiver did not answer within 0.2 seconds.", (string)tested!["error"]!);
        }
        Assert.Equal(8, asked);
        // An address that needs no name is looked at all the same.
        var (status, _) = await user.AskAsync("POST", HookCloud.Path, """{"url":"http://127.0.0.1/"}""");
        Assert.Equal(400, status);
        var ofDeliveries = app.Services.GetRequiredService<ReceiverNames>();
        Assert.Single(await ofDeliveries.FindAsync("sound.example", TestContext.Current.CancellationToken));
        never.SetResult([]);
    }

    [Fact]
    public async Task A_proxy_of_the_environment_is_not_asked()
    {
        var before = Environment.GetEnvironmentVariable("http_proxy");
        Environment.SetEnvironmentVariable("http_proxy", "http://127.0.0.1:1");
        try
        {
            await using var app = await TestApp.StartAsync(
                builder => builder.Configuration["Webhooks:AllowedNetworks"] = "127.0.0.0/8");
            var user = await app.SignInAsync();
            var made = await HookCloud.SubscribeAsync(user, hooks.Receiver.Url);
            Assert.True((bool)(await user.AskAsync("POST", $"{Of(made)}/test")).Body!["delivered"]!);
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", before);
        }
    }

    public static TheoryData<string> Hostile
        => ["never", "slow headers", "slow body", "endless body", "endless headers"];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_hostile_receiver_costs_its_time_and_holds_up_nobody(string how)
    {
        await using var hostile = await RawReceiver.StartAsync(how);
        await hooks.SubscribeAsync();
        var made = await hooks.SubscribeAsync(url: hostile.Url);
        await Cloud.CreateServerAsync();
        await hooks.Receiver.UntilAsync(1);
        var delivery = await hooks.UntilDeliveryAsync(made, one => (int)one["attempts"]! == 1);
        Assert.InRange((long)delivery["duration_ms"]!, 0, 6000);
        if (how.EndsWith("body", StringComparison.Ordinal))
            Assert.Equal(("delivered", 200), ((string)delivery["state"]!, (int)delivery["response_status"]!));
        else
            Assert.Equal("pending", (string)delivery["state"]!);
        Assert.InRange(((string?)delivery["response"])?.Length ?? 0, 0, 256);
        // What the system holds on its way is not read.
        Assert.InRange(hostile.Sent, 0, 64L << 20);
    }

    /// <summary>Has an action end, of which a new subscription tells.</summary>
    private async Task<JsonNode> TellAsync(string? url = null)
    {
        var server = await Cloud.CreateServerAsync();
        var made = await hooks.SubscribeAsync(url: url);
        await Cloud.DoAsync(server, HookCloud.Stop);
        return made;
    }

    private static string Of(JsonNode subscription) => $"{HookCloud.Path}/{subscription["id"]}";
}
