using System.Net.ServerSentEvents;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kiroku.Cluster;
using Kiroku.SystemTests.CommandLine;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Api;

/// <summary>OpenStack's own client on a service behind Debian's nginx, which speaks TLS, on libvirt's mock.</summary>
public sealed class BehindNginxTests : IAsyncLifetime
{
    private const string Guess = """
        {"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"demo","domain":{"id":"default"},"password":"wrong"}}}}}
        """;

    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("kn-");
    private KirokuProcess? service;
    private Nginx? nginx;
    private Uri inner = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private StockClient Demo => new(
        ("OS_CLIENT_CONFIG_FILE", Path.Combine(data.FullName, "clouds.yaml")), ("OS_CLOUD", "kiroku"),
        ("OS_CACERT", PathOf("authority.pem")));

    public async ValueTask InitializeAsync()
    {
        StockClient.Require();
        Nginx.Require();
        Hypervisors.RealParts.Require("/usr/bin/curl");
        var certificates = new CertificateFolder(data.FullName, TimeProvider.System);
        certificates.MakeAuthority();
        certificates.Make("127.0.0.1");
        var settings = new[]
            { ("KIROKU_Api__TrustedProxies", "127.0.0.1, 127.0.0.2"), ("KIROKU_Identity__FailuresPerUser", "2") };
        service = new KirokuProcess(
            ["serve", "--data", data.FullName, "--listen", "http://127.0.0.1:0", "--hypervisor", "test:///default"],
            [.. settings.Select(pair => (pair.Item1, (string?)pair.Item2))]);
        inner = new Uri((await service.ReadLineUntilAsync("listening on "))["listening on ".Length..]);
        nginx = await Nginx.StartAsync(data.FullName, inner, (PathOf("127.0.0.1.pem"), PathOf("127.0.0.1.key")));
        // As an operator would: clients use another address than the one on which the service listens.
        var clouds = await File.ReadAllTextAsync(PathOf("clouds.yaml"), Token);
        await File.WriteAllTextAsync(PathOf("clouds.yaml"),
            clouds.Replace(inner.ToString(), nginx.Address.ToString(), StringComparison.Ordinal), Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (nginx is not null)
            await nginx.DisposeAsync();
        if (service is not null)
            await service.DisposeAsync();
        data.Delete(recursive: true);
    }

    [Fact]
    public async Task The_stock_client_works_on_https_alone()
    {
        var token = (string)(await Demo.JsonAsync("token issue"))["id"]!;
        Assert.NotEmpty(token);
        var catalog = await Demo.RunAsync("catalog list");
        Assert.Contains($"{nginx!.Address}v2.1", catalog, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", catalog, StringComparison.Ordinal);

        // More than a proxy buffers in memory, and more than nginx accepts by default.
        await File.WriteAllBytesAsync(PathOf("disk"), RandomNumberGenerator.GetBytes(20 << 20), Token);
        await Demo.RunAsync($"image create --disk-format raw --file {PathOf("disk")} large");
        await Demo.RunAsync($"image save --file {PathOf("saved")} large");
        Assert.Equal(
            await File.ReadAllBytesAsync(PathOf("disk"), Token), await File.ReadAllBytesAsync(PathOf("saved"), Token));

        foreach (var name in (string[])["a", "b", "c"])
            await Demo.RunAsync($"server create --image large --flavor m1.nano {name}");
        var links = await CurlAsync(
            "-H", $"X-Auth-Token: {token}", new Uri(nginx.Address, "/v2.1/servers?limit=2").ToString());
        Assert.Contains("\"rel\":\"next\",\"href\":\"https:", links, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", links, StringComparison.Ordinal);
        Assert.Equal(3, (await Demo.JsonAsync("server list --limit -1")).AsArray().Count);
        foreach (var name in (string[])["a", "b", "c"])
            await Demo.RunAsync($"server delete --wait {name}");
    }

    [Fact]
    public async Task Two_callers_of_the_proxy_are_told_apart_and_neither_can_pose_as_another()
    {
        // 127.0.0.2 stands for another proxy in front of this one. Everything left of that proxy's own entry was
        // claimed by the caller.
        foreach (var claims in (string[])["198.51.100.1, 203.0.113.1", "198.51.100.2, 203.0.113.1"])
            Assert.Equal("401", await SignInAsync(claims));
        // Each attempt after the wait is another failure, and doubles the next wait.
        await Poll.UntilAsync(
            "a caller to have to wait", async () => await SignInAsync("198.51.100.3, 203.0.113.1") == "429");
        var claimed = 2;
        await Poll.UntilAsync(
            "the same caller to have to wait under another name",
            async () => await SignInAsync($"203.0.113.{claimed++}, 203.0.113.1") == "429");
        Assert.Equal("401", await SignInAsync("203.0.113.200"));
    }

    /// <summary>The page's configuration, and one of somebody who has never thought of streams.</summary>
    [Theory]
    [InlineData("listen", "listen", "1.1")]
    [InlineData("proxy_buffering off;", "", "1.1")]
    [InlineData(" ssl;", " ssl http2;", "2.0")]
    public async Task A_stream_comes_through_at_once(string what, string other, string version)
    {
        var folder = Directory.CreateDirectory(PathOf("streaming")).FullName;
        await using var proxy = await Nginx.StartAsync(
            folder, inner, (PathOf("127.0.0.1.pem"), PathOf("127.0.0.1.key")),
            site => site.Replace(what, other, StringComparison.Ordinal));
        using var http = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(proxy.Address, "/actions/v1/stream"))
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "X-Auth-Token", (string)(await Demo.JsonAsync("token issue"))["id"]! } },
        };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("text/event-stream", $"{answer.Content.Headers.ContentType}");
        await using var events = SseParser.Create(await answer.Content.ReadAsStreamAsync(Token))
            .EnumerateAsync(Token).GetAsyncEnumerator(Token);
        Assert.Equal("bookmark", (await NextAsync(events)).EventType);
        await File.WriteAllBytesAsync(PathOf("small"), RandomNumberGenerator.GetBytes(1 << 20), Token);
        await Demo.RunAsync($"image create --disk-format raw --file {PathOf("small")} small");
        await Demo.RunAsync("server create --image small --flavor m1.nano streamed");
        // Each comes while the next has not happened yet.
        while (!(await NextAsync(events)).Data.Contains("\"done\":true", StringComparison.Ordinal))
        {
        }
        await Demo.RunAsync("server delete --wait streamed");
        while (!(await NextAsync(events)).Data.Contains("\"action\":\"delete\"", StringComparison.Ordinal))
        {
        }
    }

    private static async Task<SseItem<string>> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Poll.Usual, Token));
        return events.Current;
    }

    private HttpClient Client()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(PathOf("authority.pem")) },
        };
        return new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
    }

    private string PathOf(string name) => Path.Combine(data.FullName, name);

    /// <summary>Returns the status of a sign-in with a wrong password through both proxies.</summary>
    private Task<string> SignInAsync(string claims)
        => CurlAsync(
            "-o", "/dev/null", "-w", "%{http_code}", "--interface", "127.0.0.2", "-H", $"X-Forwarded-For: {claims}",
            "-H", "Content-Type: application/json", "-d", Guess,
            new Uri(nginx!.Address, "/identity/v3/auth/tokens").ToString());

    private Task<string> CurlAsync(params string[] arguments)
        => Hypervisors.Commands.RunAsync("/usr/bin/curl", ["-s", "--cacert", PathOf("authority.pem"), .. arguments]);
}
