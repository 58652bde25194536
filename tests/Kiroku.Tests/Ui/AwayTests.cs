using Kiroku.Servers.Engine;
using Kiroku.Storage;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>A node that drains and a store that is away: pages say so, and keep what was typed.</summary>
public sealed class AwayTests : IAsyncLifetime
{
    private Cloud cloud = null!;
    private Guid server;

    public async ValueTask InitializeAsync()
    {
        cloud = await Cloud.StartAsync(Cloud.Unwatched);
        server = await cloud.CreateServerAsync();
    }

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_node_that_drains_says_so_and_when_to_come_again_and_no_form_is_lost()
    {
        using var client = await PageClient.SignInAsync(cloud.App);
        var page = await client.GetAsync($"/ui/servers/{server}");
        var form = await client.GetAsync("/ui/servers/create");
        await cloud.App.Services.GetRequiredService<Resting>().DrainAsync(_ => { });
        var act = $"/ui/servers/{server}/acts/createImage";
        var refused = await client.SubmitAsync(page, act, ("name", "a <b>"));
        Assert.Equal(503, refused.Status);
        Assert.InRange(int.Parse(refused.Header("Retry-After"), null), 1, 600);
        Assert.Contains("The service is stopping", refused.Find("#problem").TextContent, StringComparison.Ordinal);
        Assert.Equal("a <b>", refused.Find("details[open] #field-createImage").GetAttribute("value"));
        var create = await client.SubmitAsync(form, "/ui/servers/create",
            ("name", "a <b>"), ("image", cloud.Image), ("flavor", Cloud.Small), ("user_data", "#!/bin/sh"));
        Assert.Equal(503, create.Status);
        Assert.NotEmpty(create.Header("Retry-After"));
        Assert.Equal("a <b>", create.Find("input[name=name]").GetAttribute("value"));
        Assert.Equal("#!/bin/sh", create.Find("textarea[name=user_data]").TextContent);
        // Reading goes on.
        Assert.Equal(200, (await client.GetAsync($"/ui/servers/{server}")).Status);
    }

    [Fact]
    public async Task A_store_that_is_away_is_said_without_a_trace_of_the_program_and_no_form_is_lost()
    {
        using var client = await PageClient.SignInAsync(cloud.App);
        using var admin = await PageClient.SignInAsync(cloud.App, "admin");
        var action = (await cloud.NewestActionAsync(server)).Action.RequestId;
        var page = await client.GetAsync($"/ui/servers/{server}");
        cloud.Database.BeforeRead = () => throw new StorageException("The store is away.");
        cloud.Database.Around = _ => throw new StorageException("The store is away.");
        foreach (var path in new[]
        {
            "/ui/servers", "/ui/servers/create", $"/ui/servers/{server}", $"/ui/servers/{server}/console",
            $"/ui/servers/{server}/actions/{action}", $"/ui/servers/{server}/actions/{action}/report", "/ui/actions",
            "/ui/operators", "/ui/operators/catalog", "/ui/subscriptions", "/ui/project",
        })
        {
            var away = await (path.StartsWith("/ui/operators", StringComparison.Ordinal) ? admin : client)
                .GetAsync(path);
            Assert.True(away.Status == 503, $"{path} is answered {away.Status}");
            Assert.NotEmpty(away.Header("Retry-After"));
            Assert.Contains("The store is away.", away.Text, StringComparison.Ordinal);
            AssertNoTrace(away);
        }
        var act = $"/ui/servers/{server}/acts/createImage";
        var sent = await client.SubmitAsync(page, act, ("name", "typed <i>"));
        Assert.Equal(503, sent.Status);
        Assert.Contains(("name", "typed <i>"), sent.Fill(act, []));
        AssertNoTrace(sent);
        using var stranger = new PageClient(cloud.App);
        var form = await stranger.GetAsync("/ui/sign-in");
        var refused = await stranger.SubmitAsync(form, "/ui/sign-in",
            ("user", "demo"), ("password", cloud.App.PasswordOf("demo")), ("project", "demo"));
        Assert.Equal(503, refused.Status);
        Assert.Equal("demo", refused.Find("input[name=user]").GetAttribute("value"));
        AssertNoTrace(refused);
        cloud.Database.BeforeRead = () => Task.CompletedTask;
        cloud.Database.Around = _ => Task.CompletedTask;
        Assert.Equal(303, (await client.PostAsync(act, sent.Fill(act, []), ("Sec-Fetch-Site", "same-origin"))).Status);
    }

    private static void AssertNoTrace(ShownPage page)
    {
        Assert.DoesNotContain("Exception", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(".cs:line", page.Html, StringComparison.Ordinal);
    }
}
