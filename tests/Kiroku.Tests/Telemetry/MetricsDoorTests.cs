using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Telemetry;

/// <summary>Who may read <c>/metrics</c>.</summary>
public sealed class MetricsDoorTests
{
    private const string Opened = "127.0.0.7";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_reads_them_by_either_header_and_nobody_else_does()
    {
        await using var app = await StartAsync();
        var (admin, demo) = (await app.SignInAsync("admin"), await app.SignInAsync());

        Assert.Equal(200, await StatusAsync(app, "127.0.0.1", ("X-Auth-Token", admin.Token)));
        Assert.Equal(200, await StatusAsync(app, "127.0.0.1", ("Authorization", $"Bearer {admin.Token}")));
        Assert.Equal(403, await StatusAsync(app, "127.0.0.1", ("X-Auth-Token", demo.Token)));
        Assert.Equal(403, await StatusAsync(app, "127.0.0.1", ("Authorization", $"Bearer {demo.Token}")));
        Assert.Equal(401, await StatusAsync(app, "127.0.0.1"));
        Assert.Equal(401, await StatusAsync(app, "127.0.0.1", ("X-Auth-Token", "wrong")));
        Assert.Equal(401, await StatusAsync(app, "127.0.0.1", ("Authorization", "Bearer ")));
        Assert.Equal(401, await StatusAsync(app, "127.0.0.1", ("Authorization", $"Basic {admin.Token}")));
        // The first header counts, so that a proxy that adds its own bearer opens nothing.
        Assert.Equal(
            403,
            await StatusAsync(
                app, "127.0.0.1", ("X-Auth-Token", demo.Token), ("Authorization", $"Bearer {admin.Token}")));
    }

    [Fact]
    public async Task A_token_without_a_project_opens_nothing()
    {
        await using var app = await StartAsync();
        using var signedIn = await app.TrySignInAsync("admin", app.PasswordOf("admin"));
        var unscoped = signedIn.Headers.GetValues("X-Subject-Token").Single();

        Assert.Equal(401, await StatusAsync(app, "127.0.0.1", ("X-Auth-Token", unscoped)));
    }

    [Fact]
    public async Task A_setting_lets_another_role_in()
    {
        await using var app = await StartAsync(("Policy:metrics:show", "monitor"));
        var monitor = await People.AddAsync(app, "prometheus", "watching", "monitor");

        Assert.Equal(200, await StatusAsync(app, "127.0.0.1", ("X-Auth-Token", monitor.Token)));
        Assert.Equal(403, await StatusAsync(app, "127.0.0.1", ("X-Auth-Token", (await app.SignInAsync()).Token)));
    }

    [Theory]
    [InlineData(Opened)]
    [InlineData("192.0.2.0/24, 127.0.0.7/32")]
    [InlineData("127.0.0.4/30")]
    [InlineData("::1,127.0.0.7")]
    public async Task A_named_network_reads_them_without_a_token_and_no_other_does(string networks)
    {
        await using var app = await StartAsync(("Metrics:AllowedNetworks", networks));

        Assert.Equal(200, await StatusAsync(app, Opened));
        Assert.Equal(200, await StatusAsync(app, Opened, ("X-Auth-Token", "stale")));
        Assert.Equal(401, await StatusAsync(app, "127.0.0.1"));
        Assert.Equal(401, await StatusAsync(app, "127.0.0.70"));
    }

    [Theory]
    [InlineData("X-Forwarded-For", Opened)]
    [InlineData("Forwarded", $"for={Opened}")]
    [InlineData("X-Real-IP", Opened)]
    [InlineData("X-Original-For", $"{Opened}:80")]
    [InlineData("X-Client-IP", Opened)]
    public async Task A_forged_header_opens_nothing(string header, string value)
    {
        await using var app = await StartAsync(("Metrics:AllowedNetworks", Opened));

        Assert.Equal(401, await StatusAsync(app, "127.0.0.1", (header, value)));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("X-Forwarded-For", Opened)]
    [InlineData("Forwarded", "for=203.0.113.9")]
    [InlineData("X-Real-IP", "203.0.113.9")]
    [InlineData("Via", "1.1 proxy")]
    public async Task Who_comes_through_a_proxy_in_the_network_that_is_not_trusted_needs_a_token(
        string header, string value)
    {
        await using var app = await StartAsync(("Metrics:AllowedNetworks", Opened));
        var admin = await app.SignInAsync("admin");

        Assert.Equal(401, await StatusAsync(app, Opened, (header, value)));
        Assert.Equal(200, await StatusAsync(app, Opened, (header, value), ("X-Auth-Token", admin.Token)));
    }

    [Theory]
    [InlineData("127.0.0.7", 200)]
    [InlineData("203.0.113.9", 401)]
    [InlineData("127.0.0.7, 203.0.113.9", 401)]
    // What stands before an address that is not a trusted proxy's was written by its caller.
    [InlineData("203.0.113.9, 127.0.0.7", 401)]
    public async Task Behind_a_trusted_proxy_its_callers_address_counts(string forwardedFor, int status)
    {
        await using var app = await StartAsync(
            ("Metrics:AllowedNetworks", Opened), ("Api:TrustedProxies", "127.0.0.1"));

        Assert.Equal(status, await StatusAsync(app, "127.0.0.1", ("X-Forwarded-For", forwardedFor)));
    }

    [Theory]
    [InlineData("everybody")]
    [InlineData("127.0.0.1/33")]
    [InlineData("0.0.0.0/0")]
    [InlineData("127.0.0.1, ::/0")]
    public async Task Networks_that_are_none_or_everybody_are_refused_at_the_start(string networks)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(("Metrics:AllowedNetworks", networks)));
        Assert.StartsWith("Metrics:AllowedNetworks", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_a_problem_document()
    {
        await using var app = await StartAsync();
        using var answer = await app.SendAsync(HttpMethod.Get, "/metrics");

        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("urn:kiroku:problem:unauthorized", (string)(await TestApp.JsonAsync(answer))["type"]!);
        using var posted = await app.SendAsync(HttpMethod.Post, "/metrics");
        Assert.Equal(405, (int)posted.StatusCode);
    }

    [Theory]
    [InlineData("text/plain", "text/plain")]
    [InlineData("application/openmetrics-text; version=1.0.0", "application/openmetrics-text")]
    public async Task They_come_in_the_form_that_is_asked_for(string accept, string type)
    {
        await using var app = await StartAsync();
        using var answer = await (await app.SignInAsync("admin")).GetAsync("/metrics", ("Accept", accept));

        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.Equal(type.Contains("openmetrics", StringComparison.Ordinal), text.EndsWith("# EOF\n"));
    }

    [Fact]
    public async Task A_node_that_only_has_machines_has_a_door_of_its_own()
    {
        await using var nodes = await Cluster.Nodes.OnNewDatabaseAsync();
        var first = await nodes.StartAsync("a");
        var second = await nodes.StartAsync("b", NodeRoles.Compute);
        var (admin, demo) = (await first.SignInAsync("admin"), await first.SignInAsync());

        Assert.Equal(200, await StatusAsync(second, "127.0.0.1", ("X-Auth-Token", admin.Token)));
        Assert.Equal(403, await StatusAsync(second, "127.0.0.1", ("X-Auth-Token", demo.Token)));
        Assert.Equal(401, await StatusAsync(second, "127.0.0.1"));
    }

    private static Task<TestApp> StartAsync(params (string Key, string Value)[] settings)
        => TestApp.StartAsync(builder => builder.Configuration.AddInMemoryCollection(
            settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)));

    /// <summary>The answer to a caller who has that address.</summary>
    private static async Task<int> StatusAsync(
        TestApp app, string from, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = app.Address,
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request, Token);
        return (int)answer.StatusCode;
    }
}
