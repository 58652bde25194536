using System.Text;
using System.Text.Json;
using Kiroku.Tests.Actions.Live.Streams;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Webhooks;
using Kiroku.Ui.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>
/// A stranger who knows the ids of everything of another project gets none of it from any address below /ui, nor
/// changes anything.
/// </summary>
public sealed class OtherProjectTests : IAsyncLifetime
{
    /// <summary>In everything that the project has named, and in nothing that the stranger sends.</summary>
    private const string Mark = "hush";

    private HookCloud hooks = null!;
    private TestUser stranger = null!;
    private Guid server;
    private string request = "";
    private string image = "";
    private string subscription = "";

    private Cloud Cloud => hooks.Cloud;

    private TestApp App => Cloud.App;

    public async ValueTask InitializeAsync()
    {
        hooks = await HookCloud.StartAsync();
        stranger = await People.AddAsync(App, "stranger", "strangers", "member");
        var (status, made) = await Cloud.Demo.AskAsync("POST", "/image/v2/images",
            $$"""{"name":"{{Mark}} image","disk_format":"raw","container_format":"bare"}""");
        Assert.Equal(201, status);
        image = (string)made!["id"]!;
        using var key = await Cloud.Demo.PostAsync("/v2.1/os-keypairs", $$$"""{"keypair":{"name":"{{{Mark}}}-key"}}""");
        Assert.Equal(200, (int)key.StatusCode);
        using var answer = await Cloud.Demo.PostAsync("/v2.1/servers", $$$"""
            {"server":{"name":"{{{Mark}}} server","flavorRef":"42","imageRef":"{{{Cloud.Image}}}",
            "key_name":"{{{Mark}}}-key"}}
            """);
        Assert.Equal(202, (int)answer.StatusCode);
        server = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(server)).RunningAction is null);
        Cloud.Hypervisor.Console = $"{Mark} login";
        request = (await Cloud.DoAsync(server, """{"lock":null}""")).Action.RequestId;
        subscription = $"{(await hooks.SubscribeAsync($",\"description\":\"{Mark}\""))["id"]}";
    }

    public ValueTask DisposeAsync() => hooks.DisposeAsync();

    [Fact]
    public async Task No_address_shows_anything_of_it()
    {
        using var owner = await PageClient.SignInAsync(App);
        using var client = await PageClient.SignInAsync(App, "stranger", "strangers");
        // What is looked for is there to be found, and the ids are right.
        foreach (var path in new[] { "/ui/servers", $"/ui/servers/{server}", $"/ui/subscriptions/{subscription}" })
            Assert.Contains(Mark, (await owner.GetAsync(path)).Html, StringComparison.Ordinal);
        var theirs = await Cloud.Demo.GetJsonAsync("/actions/v1/actions?page_size=1");
        var token = Uri.EscapeDataString((string)theirs["next_page_token"]!);
        var filter = Uri.EscapeDataString($"server.id = \"{server}\" OR request_id = \"{request}\" OR done = true");
        string[] queries =
        [
            "", $"?filter={filter}", $"?filter={filter}&all=true", $"?filter={filter}&all_projects=true",
            $"?format=jsonl&filter={filter}", "?format=cadf", "?format=csv&all=true", $"?page={token}",
            $"?project={Cloud.Demo.ProjectId}", $"?marker={server}", "?projects=all", "?all=true", "?form=nova",
            "?attempts=all", $"?name=&projects=all&marker={server}",
            $"?form=1&server={server}&all=true",
        ];
        foreach (var path in Paths("GET").Where(path => path is not ("/ui/stream" or "/ui/sign-in")))
            foreach (var query in queries)
            {
                var answer = await client.GetAsync(path + query);
                Assert.True(answer.Status is 200 or 303 or 400 or 403 or 404 or 410, $"{path}{query}: {answer.Status}");
                AssertNothing(answer.Html + JsonSerializer.Serialize(answer.Headers), path + query);
                if (path.Contains($"{server}", StringComparison.Ordinal)
                    || path.Contains(subscription, StringComparison.Ordinal))
                    // Whatever it is the page of, a token of somebody else's list is none.
                    Assert.True(answer.Status == 404 || (answer.Status == 400
                        && query.StartsWith("?page", StringComparison.Ordinal)), $"{path}{query}: {answer.Status}");
            }
    }

    [Fact]
    public async Task No_form_changes_anything_of_it()
    {
        using var client = await PageClient.SignInAsync(App, "stranger", "strangers");
        var own = (await client.GetAsync("/ui/project")).Fill("/ui/sign-out", []).ToList();
        var before = await StateAsync();
        foreach (var path in Paths("POST").Where(path => path.Contains($"{server}", StringComparison.Ordinal)
            || path.Contains(subscription, StringComparison.Ordinal)).SelectMany(path =>
                path.EndsWith("/acts/{act}", StringComparison.Ordinal)
                    ? ServerAct.All.Select(act => path.Replace("{act}", act.Id, StringComparison.Ordinal))
                    : [path]))
        {
            var answer = await client.PostAsync(path, [.. own, ("flavor", "84"), ("image", image), ("name", "mine"),
                ("enabled", "false")], ("Sec-Fetch-Site", "same-origin"));
            Assert.True(answer.Status == 404, $"{path} is answered {answer.Status}");
            AssertNothing(answer.Html, path);
        }
        var create = await client.GetAsync("/ui/servers/create");
        AssertNothing(create.Html, "create");
        var refused = await client.SubmitAsync(create, "/ui/servers/create",
            ("name", "mine"), ("image", image), ("flavor", "42"), ("key", ""));
        Assert.Equal(400, refused.Status);
        AssertNothing(refused.Html, "create");
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task No_stream_tells_anything_of_it()
    {
        using var client = await PageClient.SignInAsync(App, "stranger", "strangers");
        var cookie = ("Cookie", client.Cookies.GetCookieHeader(App.Address));
        using var all = await App.OpenAsync("/ui/stream?all_projects=true", null, cookie);
        Assert.Equal(403, (int)all.StatusCode);
        var filter = Uri.EscapeDataString($"server.id = \"{server}\" OR request_id:*");
        await using var stream = await StreamClient.OfAsync(
            await App.OpenAsync($"/ui/stream?filter={filter}", null, cookie));
        await Cloud.DoAsync(server, """{"unlock":null}""");
        using var made = await stranger.PostAsync("/v2.1/servers",
            $$$"""{"server":{"name":"own","flavorRef":"42","imageRef":"{{{Cloud.Image}}}"}}""");
        Assert.Equal(202, (int)made.StatusCode);
        var told = await stream.UntilEndedAsync(
            made.Headers.GetValues("X-OpenStack-Request-ID").Single());
        Assert.NotEmpty(told);
        Assert.All(told, item => AssertNothing($"{item.Action}", "stream"));
        Assert.All(told, item => Assert.Equal(stranger.ProjectId, (string?)item.Action!["project_id"]));
    }

    private void AssertNothing(string text, string where)
    {
        Assert.False(text.Contains(Mark, StringComparison.Ordinal), $"{where} tells a name");
        Assert.False(text.Contains(Cloud.Demo.UserId, StringComparison.Ordinal), $"{where} tells who");
    }

    private async Task<string> StateAsync()
        => $"{await Cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}")}"
            + $"{(await Cloud.Demo.GetJsonAsync($"/actions/v1/actions?filter=server.id%3D{server}"))["actions"]}"
            + $"{await Cloud.Demo.GetJsonAsync($"/actions/v1/subscriptions/{subscription}")}"
            + $"{await Cloud.Demo.GetJsonAsync($"/image/v2/images/{image}")}";

    /// <summary>Every address below /ui, of what the other project has.</summary>
    private IEnumerable<string> Paths(string method)
        => App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => PageRoutes.IsPage(endpoint.RoutePattern.RawText!)
                && endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains(method))
            .Select(endpoint => new StringBuilder(endpoint.RoutePattern.RawText).Replace("{serverId}", $"{server}")
                .Replace("{requestId}", request).Replace("{id}", subscription).Replace("{name}", "none").ToString());
}
