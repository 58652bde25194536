using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Api;

/// <summary>The addresses in answers, whatever name the caller used.</summary>
public sealed partial class AddressesTests
{
    private static readonly (string, string)[] ThroughAProxy = [
        ("Host", "cloud.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.7")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Behind_a_trusted_proxy_every_address_is_that_of_the_proxy()
    {
        await using var app = await StartAsync(("Api:TrustedProxies", "127.0.0.1"));
        var seen = await AddressesAsync(app, ThroughAProxy);
        Assert.All(seen, address => Assert.StartsWith("https://cloud.example/", address, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Api:TrustedProxies", "192.0.2.1")]
    [InlineData("Api:PublicUrl", "")]
    [InlineData("ForwardedHeaders_Enabled", "true")]
    public async Task Forwarding_headers_are_believed_from_nobody_else(string key, string value)
    {
        await using var app = await StartAsync((key, value));
        var seen = await AddressesAsync(
            app, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Prefix", "/evil"));
        Assert.All(seen, address => Assert.StartsWith($"{app.Address}", address, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Through_two_proxies_the_first_ones_headers_count_and_those_from_before_it_do_not()
    {
        await using var app = await StartAsync(("Api:TrustedProxies", "127.0.0.1, 192.0.2.0/24"));
        var seen = await AddressesAsync(app,
            ("X-Forwarded-For", "198.51.100.1, 203.0.113.7, 192.0.2.8"), ("X-Forwarded-Proto", "http, https, http"),
            ("X-Forwarded-Host", "evil.example, cloud.example, inner"),
            ("X-Forwarded-Prefix", "/evil, /kiroku, /"));
        Assert.All(
            seen, address => Assert.StartsWith("https://cloud.example/kiroku/", address, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://cloud.example")]
    [InlineData("https://cloud.example/")]
    [InlineData("https://cloud.example:8443/kiroku/")]
    [InlineData("https://[2001:db8::1]:8443")]
    public async Task A_public_address_is_in_every_answer_whatever_a_request_says(string url)
    {
        await using var app = await StartAsync(("Api:PublicUrl", url), ("Api:TrustedProxies", "127.0.0.1"));
        var expected = $"{url.TrimEnd('/')}/";
        var seen = await AddressesAsync(app, ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "http"), ("X-Forwarded-Prefix", "/evil"));
        Assert.All(seen, address => Assert.StartsWith(expected, address, StringComparison.Ordinal));
        Assert.Contains($"auth_url: {expected}identity\n",
            await File.ReadAllTextAsync(Path.Combine(app.DataDirectory, "clouds.yaml"), Token),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/kiroku/identity/v3")]
    [InlineData("/identity/v3")]
    public async Task A_proxy_may_leave_the_prefix_of_the_public_address_in_the_path_or_take_it_out(string path)
    {
        await using var app = await StartAsync(("Api:PublicUrl", "https://cloud.example/kiroku"));
        using var answer = await app.SendAsync(HttpMethod.Get, path);
        var self = (string)(await TestApp.JsonAsync(answer))["version"]!["links"]![0]!["href"]!;
        Assert.Equal("https://cloud.example/kiroku/identity/v3/", self);
    }

    [Theory]
    [InlineData("GET /v2.1 HTTP/1.0\r\n\r\n", "200")]
    [InlineData("GET /v2.1 HTTP/1.1\r\nHost: a b\r\n\r\n", "400")]
    [InlineData("GET /v2.1 HTTP/1.1\r\nHost: a\"b\r\n\r\n", "400")]
    [InlineData("GET /v2.1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400")]
    [InlineData("GET /v2.1 HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "400")]
    [InlineData("GET http://evil.example/v2.1 HTTP/1.1\r\nHost: good.example\r\n\r\n", "400")]
    public async Task An_invalid_host_is_in_no_answer(string request, string status)
    {
        await using var app = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port, Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                request.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal)), Token);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(Token);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.All(Address().Matches(answer),
            match => Assert.StartsWith($"{app.Address}", match.Value, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("X-Forwarded-Host", "a\"b")]
    [InlineData("X-Forwarded-Host", "a b")]
    [InlineData("X-Forwarded-Host", "user@evil.example/")]
    [InlineData("X-Forwarded-Proto", "java script")]
    public async Task An_invalid_host_or_scheme_is_not_taken_even_from_a_trusted_proxy(string header, string value)
    {
        await using var app = await StartAsync(("Api:TrustedProxies", "127.0.0.1"));
        Assert.All(await AddressesAsync(app, (header, value)),
            address => Assert.StartsWith($"{app.Address}", address, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Api:PublicUrl", "cloud.example")]
    [InlineData("Api:PublicUrl", "ftp://cloud.example")]
    [InlineData("Api:PublicUrl", "https://cloud.example/?a=b")]
    [InlineData("Api:PublicUrl", "https://user:password@cloud.example")]
    [InlineData("Api:PublicUrl", "https://0.0.0.0:8774")]
    [InlineData("Api:PublicUrl", "https://cloud.example/identity/v3")]
    [InlineData("Api:TrustedProxies", "proxy.example")]
    [InlineData("Api:TrustedProxies", "127.0.0.1,192.0.2.1/33")]
    [InlineData("Api:TrustedProxies", "0.0.0.0/0")]
    public async Task Invalid_settings_are_refused_at_the_start(string key, string value)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync((key, value)));
        Assert.StartsWith(key, Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    /// <summary>
    /// Holds the whole kind: an address that other code built would ignore proxies and the public address.
    /// </summary>
    [Fact]
    public void Host_and_scheme_of_a_request_are_read_where_addresses_are_built_and_nowhere_else()
    {
        string[] builders = [
            "Kiroku.Api.Links", "Kiroku.Api.ApiRoom", "Kiroku.Api.PublicUrl", "Kiroku.Servers.ShownServer",
            // One hands them on to the API, the other compares them with where a form comes from.
            "Kiroku.Ui.Door.ApiDoor", "Kiroku.Ui.Visits.Origins"];
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
            | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var readers = typeof(KirokuApp).Assembly.GetTypes()
            .SelectMany(
                type => type.GetMethods(All).Where(method => Code.Members(method).Any(IsHostOrScheme)).Select(
                    _ => type.FullName!.Split('+')[0]));
        Assert.Empty(readers.Except(builders));
    }

    private static bool IsHostOrScheme(MemberInfo member)
        => member.DeclaringType == typeof(HttpRequest) && member.Name is "get_Host" or "get_Scheme"
            || member.Name is "GetDisplayUrl" or "GetEncodedUrl";

    private static Task<TestApp> StartAsync(params (string Key, string Value)[] settings)
        => TestApp.StartAsync(builder =>
        {
            foreach (var (key, value) in settings)
                builder.Configuration[key] = value;
        });

    /// <summary>All addresses in the service's descriptions of itself, its lists, a new image and a refusal.</summary>
    private static async Task<List<string>> AddressesAsync(TestApp app, params (string, string)[] headers)
    {
        var admin = await app.SignInAsync("admin");
        var seen = new List<string>();
        foreach (var path in (string[])["/", "/v2", "/v2.1", "/identity", "/identity/v3", "/image", "/image/versions",
            "/network"])
            await AddAsync(seen, await app.SendAsync(HttpMethod.Get, path, null, null, headers), path);
        await AddAsync(seen, await app.SendAsync(HttpMethod.Get, "/v2.1/servers", null, null, headers), "401");
        foreach (var path in (string[])["/v2.1/flavors?limit=1", "/v2.1/flavors/detail", "/identity/v3/auth/catalog",
            "/identity/v3/users?enabled=true", "/network/v2.0", "/network/v2.0/networks?limit=1",
            "/identity/v3/endpoints", "/identity/v3/role_assignments", $"/v2/{admin.ProjectId}/flavors"])
            await AddAsync(seen, await admin.GetAsync(path, headers), path);
        await AddAsync(seen, await admin.PostAsync("/image/v2/images", """{"name":"x"}""", headers), "Location");
        return seen;
    }

    private static async Task AddAsync(List<string> seen, HttpResponseMessage answer, string what)
    {
        using (answer)
        {
            var text = JsonSerializer.Serialize(
                JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token)), TestApp.Plain);
            var found = Address().Matches($"{answer.Headers.Location} {answer.Headers.WwwAuthenticate} {text}").Select(
                match => match.Value).ToList();
            Assert.True(found.Count > 0, $"{what}: {(int)answer.StatusCode} {text}");
            seen.AddRange(found);
        }
    }

    [GeneratedRegex("https?://[^\" ]*")]
    private static partial Regex Address();
}
