using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Dapper;
using Kiroku.Storage;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>
/// Names of everything that can be named, and what a guest writes to its console, are only texts on each page: whole,
/// no markup, and turning no other text around.
/// </summary>
public sealed class HostileNamesTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Markup = "</title></pre></textarea><img src=x onerror=alert(1)>\"'&lt;"
        + "<script>alert(1)</script>";
    private const string Turned = "\u202egnol\u2066\u200f مرحبا";
    private static readonly string Foxes = string.Concat(Enumerable.Repeat("🦊", 255));

    public static TheoryData<string> Names => [Markup, Turned, Foxes];

    private Cloud Cloud => running.Cloud;

    [Theory, MemberData(nameof(Names))]
    public async Task They_are_whole_and_only_texts_on_every_page(string name)
    {
        var person = await People.AddAsync(Cloud.App, name, name, "member");
        var image = await NamedImageAsync(person, name);
        var server = await ServerOfAsync(person, image);
        await running.SetAsync(server, "name = @name, image_id = @image", new { name, image });
        Cloud.Hypervisor.Console = $"login: {name}\n";
        using var lastWord = await person.PostAsync(
            $"/v2.1/servers/{server}/action", """{"lock":null}""");
        Assert.Equal(202, (int)lastWord.StatusCode);
        var action = (await Cloud.NewestActionAsync(server)).Action.RequestId;
        await Cloud.EndedAsync(server, action);
        using var client = await PageClient.SignInAsync(Cloud.App, name, name);
        using var admin = await PageClient.SignInAsync(Cloud.App, "admin");
        var path = $"/ui/servers/{server}";

        await ShowsAsync(client, "/ui/project", name, ".menu-who, .menu-where, form.choose button");
        await ShowsAsync(client, "/ui/servers", name, "th bdi", "td[data-label=Image] bdi");
        await ShowsAsync(client, path, name, "h1 bdi", ".facts bdi", ".history-what bdi");
        await ShowsAsync(client, $"{path}/console", name, "h1 bdi");
        Assert.Contains(name, (await client.GetAsync($"{path}/console")).Find("#console").TextContent,
            StringComparison.Ordinal);
        await ShowsAsync(client, $"{path}/actions/{action}", name, ".crumbs bdi", ".facts bdi");
        await ShowsAsync(client, "/ui/actions", name, ".row-who bdi", ".row-server bdi");
        await ShowsAsync(client, "/ui/servers/create", name, ".pick-name bdi, .pick-name, select[name=image] option");
        await ShowsAsync(admin, "/ui/actions?all=true", name, ".row-who bdi", ".row-server bdi");
        await ShowsAsync(admin, "/ui/servers?projects=all", name, "th bdi");
        await ShowsAsync(admin, "/ui/operators/catalog", name, "td bdi, th bdi", "option");
        var report = await client.GetAsync($"{path}/actions/{action}/report");
        Assert.StartsWith("text/plain", report.Header("Content-Type"), StringComparison.Ordinal);
        Assert.DoesNotMatch(Turning(), report.Html);
    }

    /// <summary>Gets a page that has a name in each of some places, which is nothing else anywhere.</summary>
    private static async Task ShowsAsync(PageClient client, string path, string name, params string[] places)
    {
        var page = await client.GetAsync(path);
        Assert.True(page.Status == 200, $"{path} is answered {page.Status}");
        foreach (var place in places)
            Assert.True(page.Document.QuerySelectorAll(place).Any(found => found.TextContent.Trim() == name),
                $"{path} has nothing of that name in {place}");
        Assert.Single(page.Document.QuerySelectorAll("script"));
        Assert.Empty(page.Document.QuerySelectorAll("img, [onerror]"));
        Assert.Single(page.Document.QuerySelectorAll("main"));
        Assert.All(page.Document.All.Where(element => element.ChildNodes.OfType<IText>().Any(
                text => Turning().IsMatch(text.Data))),
            element => Assert.True(element.Matches("bdi, [dir=auto], option, title, pre, textarea"),
                $"{path} has what turns text around in {element.OuterHtml}"));
    }

    private async Task<string> NamedImageAsync(TestUser person, string name)
    {
        var (status, image) = await person.AskAsync("POST", "/image/v2/images",
            """{"name":"x","disk_format":"raw","container_format":"bare"}""");
        Assert.Equal(201, status);
        var id = (string)image!["id"]!;
        using var stored = await person.PutAsync($"/image/v2/images/{id}/file", new byte[1024 * 1024]);
        Assert.Equal(204, (int)stored.StatusCode);
        await Cloud.App.Services.GetRequiredService<IDatabase>().WriteAsync(
            db => db.ExecuteAsync("UPDATE images SET name = @name WHERE id = @id", new { name, id }),
            TestContext.Current.CancellationToken);
        return id;
    }

    private async Task<Guid> ServerOfAsync(TestUser person, string image)
    {
        using var answer = await person.PostAsync("/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"{{{Cloud.Small}}}","imageRef":"{{{image}}}"}}""");
        Assert.Equal(202, (int)answer.StatusCode);
        var id = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(id)).RunningAction is null);
        return id;
    }

    private static Regex Turning() => new("[\u200e\u200f\u202a-\u202e\u2066-\u2069]");
}
