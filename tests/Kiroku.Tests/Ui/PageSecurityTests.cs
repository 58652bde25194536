using System.Text.RegularExpressions;
using Kiroku.Tests.Docs;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>What keeps a page to itself, and keeps others from acting through it.</summary>
public sealed partial class PageSecurityTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private TestApp App => running.Cloud.App;

    /// <summary>All routes below /ui with something in the place of their parameters.</summary>
    private List<(string Method, string Path)> Routes() =>
    [
        .. Endpoints().SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods,
            (endpoint, method) => (method, string.Join('/', endpoint.RoutePattern.RawText!.Split('/')
                    .Select(part => part.StartsWith('{') ? $"{running.Server}" : part)))),
    ];

    /// <summary>All that a form may be sent to; SignInLinkTests has the one that none can be.</summary>
    private IEnumerable<(string Method, string Path)> Forms()
        => Routes().Where(route => route.Method == "POST" && route.Path != "/ui/sign-in/links");

    [Fact]
    public void The_documentation_lists_every_address()
    {
        var documented = Page.Read("page.md").Split('\n')
            .Where(line => line.StartsWith("| `/ui", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .SelectMany(cells => cells[2].Split(' '), (cells, method) => $"{method} {cells[1].Trim('`')}");
        var actual = Endpoints().SelectMany(
            endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods,
            (endpoint, method) => $"{method} {Snake().Replace(endpoint.RoutePattern.RawText!,
                letter => $"_{letter.Value.ToLowerInvariant()}")}");
        Assert.Equal(actual.Order(), documented.Order());
    }

    [Fact]
    public async Task A_stranger_sees_nothing_but_the_way_in()
    {
        using var client = new PageClient(App);
        foreach (var (_, path) in Routes().Where(route => route.Method == "GET"))
        {
            var answer = await client.GetAsync(path);
            var isOpen = path is "/ui/sign-in" or "/ui/sign-in/link"
                || path.StartsWith("/ui/assets/", StringComparison.Ordinal);
            Assert.True(isOpen ? answer.Status is 200 or 404 or 410
                    : path == "/ui/stream" ? answer.Status == 401
                    : answer.Status == 303 && answer.Location!.StartsWith("/ui", StringComparison.Ordinal),
                $"{path} is answered {answer.Status}");
            // The way back names what was asked for, and nothing else does.
            Assert.Null(answer.Document.QuerySelector("nav"));
        }
    }

    [Fact]
    public async Task Every_form_is_refused_without_its_token_and_with_anothers()
    {
        using var client = await PageClient.SignInAsync(App);
        using var other = await PageClient.SignInAsync(App, "other");
        var foreign = await other.GetAsync("/ui/project");
        foreach (var (_, path) in Forms())
        {
            Assert.Equal(400, (await client.PostAsync(path, [])).Status);
            Assert.Equal(400, (await client.PostAsync(path, foreign.Fill("/ui/sign-out", []))).Status);
        }
        Assert.Equal(200, (await client.GetAsync("/ui/project")).Status);
    }

    [Fact]
    public async Task Two_slashes_lead_past_no_check()
    {
        using var client = await PageClient.SignInAsync(App);
        foreach (var (_, path) in Forms())
        {
            var slashes = $"/.{path.Replace("/ui", "//ui", StringComparison.Ordinal)}";
            Assert.Equal(400, (await client.PostAsync(slashes, [])).Status);
        }
        Assert.Equal(200, (await client.GetAsync("/.//ui/project")).Status);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_form_from_a_foreign_origin_is_refused_whatever_it_holds(string header, string value)
    {
        using var client = await PageClient.SignInAsync(App);
        var page = await client.GetAsync("/ui/project");
        foreach (var (_, path) in Forms())
        {
            var answer = await client.PostAsync(path, page.Fill("/ui/sign-out", []), (header, value));
            Assert.Equal(403, answer.Status);
            Assert.Empty(answer.Document.QuerySelectorAll("form.again"));
        }
        Assert.Equal(200, (await client.GetAsync("/ui/project")).Status);
    }

    [Theory]
    [InlineData("/ui/sign-in", 200)]
    [InlineData("/ui/nowhere", 404)]
    [InlineData("/ui/project", 303)]
    [InlineData("/ui/assets/none.css", 404)]
    public async Task Every_answer_keeps_to_itself(string path, int status)
    {
        using var client = new PageClient(App);
        var answer = await client.GetAsync(path);
        Assert.Equal(status, answer.Status);
        var policy = answer.Header("Content-Security-Policy");
        Assert.Equal("default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
            + "object-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(("nosniff", "same-origin", "same-origin", "no-store"),
            (answer.Header("X-Content-Type-Options"), answer.Header("Referrer-Policy"),
                answer.Header("Cross-Origin-Opener-Policy"), answer.Header("Cache-Control")));
    }

    [Fact]
    public async Task Nothing_in_a_page_needs_what_its_policy_forbids()
    {
        using var client = await PageClient.SignInAsync(App);
        var action = await running.Cloud.NewestActionAsync(running.Server);
        foreach (var path in new[]
        {
            "/ui/sign-in", "/ui/project", "/ui/nowhere", "/ui/servers", "/ui/servers/create", "/ui/actions",
            "/ui/operators", "/ui/operators/catalog", "/ui/subscriptions",
            $"/ui/servers/{running.Server}", $"/ui/servers/{running.Server}/console",
            $"/ui/servers/{running.Server}/actions/{action.Action.RequestId}",
        })
        {
            var page = await client.GetAsync(path);
            Assert.NotEmpty(page.Document.QuerySelectorAll("main h1"));
            Assert.Empty(page.Document.QuerySelectorAll("[style], style, script:not([src]), iframe, object, base"));
            Assert.DoesNotContain(page.Document.All, element => element.Attributes.Any(
                attribute => attribute.Name.StartsWith("on", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Style_and_script_are_kept_for_good_under_names_of_their_content()
    {
        using var client = new PageClient(App);
        var page = await client.GetAsync("/ui/sign-in");
        var files = page.Document.QuerySelectorAll("link[href], script[src]")
            .Select(element => element.GetAttribute("href") ?? element.GetAttribute("src")!).ToList();
        Assert.Equal(3, files.Count);
        foreach (var file in files)
        {
            var plain = await client.GetAsync(file);
            var packed = await client.GetAsync(file, ("Accept-Encoding", "br"));
            Assert.Equal((200, 200), (plain.Status, packed.Status));
            Assert.Equal("public, max-age=31536000, immutable", plain.Header("Cache-Control"));
            Assert.Equal("br", packed.Header("Content-Encoding"));
            Assert.Equal("nosniff", plain.Header("X-Content-Type-Options"));
        }
    }

    private IEnumerable<RouteEndpoint> Endpoints()
        => App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => PageRoutes.IsPage(endpoint.RoutePattern.RawText!));

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Snake();
}
