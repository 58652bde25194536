using System.Net;
using Kiroku.Access;
using Kiroku.Tests.Identity;

namespace Kiroku.Tests.Ui;

/// <summary>Signing in on the page by a Keystone, which is another Kiroku here, or broken.</summary>
public sealed class KeystoneSignInTests : IAsyncLifetime
{
    private readonly Interposed interposed = new();
    private IdentityDesk keystone = null!;
    private TestApp app = null!;

    public async ValueTask InitializeAsync()
    {
        keystone = await IdentityDesk.OpenAsync(
            builder => builder.Services.AddSingleton<IStartupFilter>(interposed));
        await keystone.GiveAsync(
            await keystone.NewProjectAsync("service"), await keystone.NewUserAsync("kiroku"), RoleNames.Admin);
        await keystone.NewMemberAsync("ann");
        app = await TestApp.StartAsync(builder =>
        {
            foreach (var (key, value) in new[]
            {
                ("Url", $"{keystone.App.Address}identity/v3"), ("UserName", "kiroku"),
                ("Password", IdentityDesk.Password), ("Timeout", "00:00:05"), ("CacheTime", "00:00:00"),
            })
                builder.Configuration[$"Keystone:{key}"] = value;
        });
    }

    public async ValueTask DisposeAsync()
    {
        interposed.Answer = null;
        await app.DisposeAsync();
        await keystone.DisposeAsync();
    }

    [Fact]
    public async Task It_asks_for_domains_and_the_token_is_the_Keystones()
    {
        using var client = new PageClient(app);
        var form = await client.GetAsync("/ui/sign-in?return=/ui/servers");
        Assert.Equal(("Default", "Default"), (form.Find("input[name=user_domain]").GetAttribute("value"),
            form.Find("input[name=project_domain]").GetAttribute("value")));
        foreach (var domain in new[] { "user_domain", "project_domain" })
        {
            var wrong = await SignInAsync(client, (domain, "elsewhere <b>"));
            Assert.Equal(401, wrong.Status);
            Assert.Equal(("ann", "elsewhere <b>"), (wrong.Find("input[name=user]").GetAttribute("value"),
                wrong.Find($"input[name={domain}]").GetAttribute("value")));
        }
        var answer = await SignInAsync(client);
        Assert.Equal((303, "/ui/servers"), (answer.Status, answer.Location));
        var page = await client.GetAsync("/ui/servers");
        Assert.Equal((200, "anns"), (page.Status, page.Find(".menu-where").TextContent));
        // Signing out ends it there.
        var kept = client.Cookies.GetCookies(app.Address)["kiroku"]!.Value;
        Assert.Equal(303, (await client.SubmitAsync(page, "/ui/sign-out")).Status);
        client.Cookies.Add(app.Address, new Cookie("kiroku", kept));
        Assert.StartsWith("/ui/sign-in", (await client.GetAsync("/ui/servers")).Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "<html><script>alert(1)</script>")]
    [InlineData(201, "")]
    [InlineData(201, "null")]
    [InlineData(201, "[]")]
    [InlineData(201, """{"token":{}}""")]
    [InlineData(201, """{"token":{"user":{"id":1,"name":null},"expires_at":"soon"}}""")]
    [InlineData(201, """
        {"token":{"user":{"id":"u","name":"no token in the header"},"methods":["password"],"audit_ids":[],
        "issued_at":"2026-11-30T01:00:00Z","expires_at":"2126-11-30T01:00:00Z"}}
        """)]
    [InlineData(302, "elsewhere")]
    [InlineData(503, "<b>busy</b>")]
    [InlineData(500, """{"error":{"message":"<b>broken</b>"}}""")]
    public async Task What_cannot_be_a_Keystones_answer_is_said_and_the_form_is_kept(int status, string body)
    {
        using var client = new PageClient(app);
        await client.GetAsync("/ui/sign-in");
        interposed.Answer = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "https://evil.example/";
            await context.Response.WriteAsync(body);
        };
        var answer = await SignInAsync(client);
        Assert.Equal((status >= 500 ? status : 503, null), (answer.Status, answer.Location));
        AssertKept(client, answer);
        Assert.Empty(answer.Find("#problem > span").Children);
    }

    [Fact]
    public async Task A_Keystone_that_does_not_answer_in_time_or_is_down_is_said_and_the_form_is_kept()
    {
        await using var hasty = await TestApp.StartAsync(builder =>
        {
            foreach (var (key, value) in new[]
            {
                ("Url", $"{keystone.App.Address}identity/v3"), ("UserName", "kiroku"),
                ("Password", IdentityDesk.Password), ("Timeout", "00:00:00.05"),
            })
                builder.Configuration[$"Keystone:{key}"] = value;
        });
        using var client = new PageClient(hasty);
        await client.GetAsync("/ui/sign-in");
        interposed.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var late = await SignInAsync(client);
        Assert.Equal(503, late.Status);
        AssertKept(client, late);
        interposed.Answer = null;
        await keystone.DisposeAsync();
        var down = await SignInAsync(client);
        Assert.Equal(503, down.Status);
        AssertKept(client, down);
    }

    [Fact]
    public async Task A_list_of_projects_that_cannot_be_read_is_said_on_the_page_of_projects()
    {
        using var client = new PageClient(app);
        await client.GetAsync("/ui/sign-in");
        interposed.Answer = context => context.Request.Path.Value!.EndsWith("/auth/projects", StringComparison.Ordinal)
            ? context.Response.WriteAsync("""{"projects":[{"id":null}]}""") : null;
        var answer = await SignInAsync(client, ("project", ""));
        Assert.Equal((303, "/ui/project?return=%2Fui%2Fservers"), (answer.Status, answer.Location));
        var page = await client.GetAsync("/ui/project");
        Assert.Equal(503, page.Status);
        interposed.Answer = null;
        Assert.Equal("anns", (await client.GetAsync("/ui/project")).Find("form.choose button").TextContent.Trim());
    }

    [Fact]
    public async Task While_it_is_down_pages_say_so_and_forms_can_be_sent_again()
    {
        using var client = new PageClient(app);
        await client.GetAsync("/ui/sign-in");
        Assert.Equal(303, (await SignInAsync(client)).Status);
        var form = await client.GetAsync("/ui/servers/create");
        interposed.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        var page = await client.GetAsync("/ui/servers");
        Assert.Equal((503, "5"), (page.Status, page.Header("Retry-After")));
        Assert.Contains("Keystone", page.Text, StringComparison.Ordinal);
        var sent = await client.SubmitAsync(form, "/ui/servers/create",
            ("name", "typed <i>"), ("image", "i"), ("flavor", "42"));
        Assert.Equal(503, sent.Status);
        Assert.Contains(("name", "typed <i>"), sent.Fill("/ui/servers/create", []));
    }

    private static async Task<ShownPage> SignInAsync(PageClient client, params (string Name, string Value)[] typed)
    {
        var form = await client.GetAsync("/ui/sign-in?return=/ui/servers");
        (string Name, string Value)[] usual =
            [("user", "ann"), ("password", IdentityDesk.Password), ("project", "anns")];
        return await client.SubmitAsync(form, "/ui/sign-in",
            [.. usual.Where(field => typed.All(other => other.Name != field.Name)), .. typed]);
    }

    private static void AssertKept(PageClient client, ShownPage page)
    {
        Assert.NotEmpty(page.Find("#problem").TextContent);
        Assert.Equal(("ann", "anns"), (page.Find("input[name=user]").GetAttribute("value"),
            page.Find("input[name=project]").GetAttribute("value")));
        Assert.DoesNotContain(IdentityDesk.Password, page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(client.Cookies.GetCookies(client.App.Address), kept => kept.Name == "kiroku");
    }

    /// <summary>Answers in the Keystone's place; null where it answers itself.</summary>
    private sealed class Interposed : IStartupFilter
    {
        public Func<HttpContext, Task?>? Answer { get; set; }

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, go) => Answer?.Invoke(context) ?? go(context));
            next(app);
        };
    }
}
