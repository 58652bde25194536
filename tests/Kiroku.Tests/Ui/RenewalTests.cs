using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>
/// What a page costs: it is made anew with each change and, while something runs, every two seconds, so the number of
/// the API's requests that it takes must not grow with what it shows.
/// </summary>
public sealed class RenewalTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Actions = "GET /actions/v1/actions";
    private const string Servers = "GET /v2.1/servers/detail";
    private const string Images = "GET /image/v2/images";

    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task A_list_reads_all_images_at_once_and_hidden_and_missing_ones_in_one_more_request()
    {
        var (shown, hidden, foreign) = (
            await ImageAsync(Cloud.Admin, "shown", """,'visibility':'public'"""),
            await ImageAsync(Cloud.Admin, "not in lists", """,'visibility':'public','os_hidden':true"""),
            await ImageAsync(running.Other, "secret plan", ""));
        var servers = new Dictionary<string, Guid>();
        foreach (var image in new[] { Cloud.Image, shown })
            servers[image] = await ServerOfAsync(image);
        using var client = await PageClient.SignInAsync(Cloud.App);
        using var requests = new ApiRequests(Cloud.App);
        var page = await client.GetAsync("/ui/servers");
        Assert.Equal([Actions, Servers, Images], requests.Take());
        Assert.Equal("shown", ImageOf(page, servers[shown]));
        foreach (var image in new[] { hidden, foreign, $"{Guid.NewGuid()}" })
            servers[image] = await ServerOfAsync(image);
        requests.Take();
        page = await client.GetAsync("/ui/servers");
        Assert.Equal([Actions, Servers, Images, Images], requests.Take());
        Assert.Equal(("disk", "shown", "not in lists"),
            (ImageOf(page, servers[Cloud.Image]), ImageOf(page, servers[shown]), ImageOf(page, servers[hidden])));
        Assert.DoesNotContain("secret plan", page.Html, StringComparison.Ordinal);
        Assert.Equal("no longer there", ImageOf(page, servers[foreign]));
    }

    [Fact]
    public async Task Each_page_that_renews_itself_takes_few_requests()
    {
        var server = await Cloud.CreateServerAsync();
        var (path, api) = ($"/ui/servers/{server}", $"GET /v2.1/servers/{server}");
        var gate = Gate.At(Cloud, "stop");
        using var client = await PageClient.SignInAsync(Cloud.App);
        using var admin = await PageClient.SignInAsync(Cloud.App, "admin");
        using var requests = new ApiRequests(Cloud.App);
        await client.GetAsync(path);
        Assert.Equal([Actions, api, "GET /v2.1/flavors/detail", Images, "GET /v2.1/limits"], requests.Take());
        var (_, request) = await Cloud.ActAsync(server, """{"os-stop":null}""");
        await gate.Reached;
        requests.Take();
        // Every two seconds from now on.
        await client.GetAsync(path);
        Assert.Equal([Actions, api, Images], requests.Take());
        await client.GetAsync($"{path}/console");
        Assert.Equal([Actions, api, $"POST /v2.1/servers/{server}/action"], requests.Take());
        await client.GetAsync($"{path}/actions/{request}");
        Assert.Equal([$"GET /actions/v1/servers/{server}/actions/{request}"], requests.Take());
        await client.GetAsync("/ui/actions");
        Assert.Equal([Actions], requests.Take());
        await admin.GetAsync("/ui/operators/running");
        Assert.Equal([Actions], requests.Take());
        gate.Open();
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await Cloud.EndedAsync(server, request);
    }

    private async Task<Guid> ServerOfAsync(string image)
    {
        var server = await Cloud.CreateServerAsync();
        await running.SetAsync(server, "image_id = @image", new { image });
        return server;
    }

    private static async Task<string> ImageAsync(TestUser user, string name, string more)
    {
        var body = $"{{'name':'{name}','disk_format':'raw','container_format':'bare'{more}}}";
        var (status, image) = await user.AskAsync(
            "POST", "/image/v2/images", body.Replace('\'', '"'));
        Assert.Equal(201, status);
        return (string)image!["id"]!;
    }

    private static string ImageOf(ShownPage page, Guid server)
        => page.Find($"[id='s-{server}'] td[data-label=Image]").TextContent.Trim();
}
