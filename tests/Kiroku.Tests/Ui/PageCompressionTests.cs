using System.IO.Compression;
using System.Text;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>What is compressed below /ui, and for whom.</summary>
public sealed class PageCompressionTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private static readonly (string, string) Brotli = ("Accept-Encoding", "gzip, br");

    private TestApp App => running.Cloud.App;

    [Theory]
    [InlineData(null, "br")]
    [InlineData("same-origin", "br")]
    [InlineData("none", "br")]
    [InlineData("same-site", "")]
    [InlineData("cross-site", "")]
    public async Task A_page_is_compressed_unless_another_site_had_the_browser_ask_for_it(string? site, string encoding)
    {
        using var client = await PageClient.SignInAsync(App);
        (string, string)[] headers = site is null ? [Brotli] : [Brotli, ("Sec-Fetch-Site", site)];
        foreach (var path in new[]
        {
            "/ui/servers", "/ui/actions?filter=wrong", $"/ui/servers/{running.Server}", "/ui/servers/none", "/ui/no",
        })
        {
            var page = await client.GetAsync(path, headers);
            Assert.Equal((encoding, "no-store"), (page.Header("Content-Encoding"), page.Header("Cache-Control")));
            if (encoding.Length > 0)
                Assert.Contains("Accept-Encoding", page.Header("Vary"), StringComparison.Ordinal);
        }
        Assert.Equal("", (await client.GetAsync("/ui/servers")).Header("Content-Encoding"));
    }

    /// <summary>An old browser does not say who had it ask.</summary>
    [Fact]
    public async Task Over_TLS_the_browser_must_say_so()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Configuration["Api:TrustedProxies"] = "127.0.0.1");
        using var client = new PageClient(app);
        (string, string)[] proxied = [Brotli, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "cloud.example")];
        Assert.Equal("", (await client.GetAsync("/ui/sign-in", proxied)).Header("Content-Encoding"));
        Assert.Equal("br", (await client.GetAsync("/ui/sign-in", [.. proxied, ("Sec-Fetch-Site", "none")]))
            .Header("Content-Encoding"));
    }

    [Fact]
    public async Task It_is_smaller_and_says_the_same()
    {
        using var plain = await App.SendAsync(HttpMethod.Get, "/ui/sign-in");
        using var packed = await App.SendAsync(HttpMethod.Get, "/ui/sign-in", headers: Brotli);
        var bytes = await packed.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        using var unpacked = new StreamReader(
            new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress), Encoding.UTF8);
        var (one, other) = (WithoutToken(await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)),
            WithoutToken(await unpacked.ReadToEndAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(one, other);
        Assert.InRange(bytes.Length, 100, one.Length / 2);
    }

    /// <summary>The tokens of forms, which are all that a page has to keep, are never the same twice.</summary>
    [Fact]
    public async Task No_token_of_a_form_is_the_same_in_two_pages()
    {
        using var client = await PageClient.SignInAsync(App);
        var tokens = new List<string>();
        for (var number = 0; number < 5; number++)
            tokens.AddRange((await client.GetAsync("/ui/servers")).Document
                .QuerySelectorAll("input[name=__RequestVerificationToken]")
                .Select(field => field.GetAttribute("value")!).Distinct());
        Assert.Equal(5, tokens.Distinct().Count());
        // What they begin with alike is which key they are sealed with.
        Assert.Equal(5, tokens.Select(token => token[40..]).Distinct().Count());
    }

    [Fact]
    public async Task Documents_and_streams_are_as_the_API_sends_them()
    {
        using var client = await PageClient.SignInAsync(App);
        var action = (await running.Cloud.NewestActionAsync(running.Server)).Action.RequestId;
        var path = $"/ui/servers/{running.Server}/actions/{action}";
        foreach (var part in new[] { "json", "report" })
            Assert.Equal("", (await client.GetAsync($"{path}/{part}", Brotli)).Header("Content-Encoding"));
        var export = await client.GetAsync("/ui/actions/export?format=csv", Brotli);
        Assert.Equal((200, "br"), (export.Status, export.Header("Content-Encoding")));
        Assert.StartsWith("request_id", (await client.GetAsync("/ui/actions/export?format=csv")).Html,
            StringComparison.Ordinal);
        var cookies = client.Cookies.GetCookieHeader(App.Address);
        using var stream = await App.OpenAsync("/ui/stream", null, ("Cookie", cookies), Brotli);
        Assert.Equal((200, 0), ((int)stream.StatusCode, stream.Content.Headers.ContentEncoding.Count));
    }

    private static string WithoutToken(string html)
        => System.Text.RegularExpressions.Regex.Replace(html, "value=\"CfDJ[^\"]*\"", "");
}
