using System.Collections.Concurrent;
using Kiroku.Access;
using Kiroku.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;
using static Kiroku.Tests.Identity.IdentityDesk;

namespace Kiroku.Tests.Identity;

/// <summary>A service that uses a Keystone, which is another Kiroku.</summary>
public sealed class KeystoneTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
    private readonly ConcurrentBag<string> asked = [];
    private IdentityDesk keystone = null!;
    private TestApp app = null!;

    public async ValueTask InitializeAsync()
    {
        keystone = await OpenAsync(builder => builder.Services.AddSingleton<IStartupFilter>(new Listening(asked)));
        await NewServiceAccountAsync();
        app = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await keystone.DisposeAsync();
    }

    [Fact]
    public async Task A_user_who_signed_in_there_is_known_here_with_the_roles_held_there()
    {
        var member = await MemberAsync("ann");
        Assert.Equal(201, await CreateImageAsync(member));
        Assert.Equal(403, await CreateImageAsync(await MemberAsync("bob", RoleNames.Reader)));
        Assert.Equal(200, (await member.AskAsync("GET", $"/v2.1/{member.ProjectId}/flavors")).Status);
        Assert.Equal(400, (await member.AskAsync("GET", $"/v2.1/{keystone.Admin.ProjectId}/flavors")).Status);
        var images =
            (await (keystone.Admin with { App = app }).GetJsonAsync(
                "/image/v2/images?visibility=all"))["images"]!.AsArray();
        Assert.Contains(images, image => (string?)image!["owner"] == member.ProjectId);
    }

    [Fact]
    public async Task It_serves_no_identity_and_writes_no_clouds()
    {
        foreach (var path in (string[])["/identity", "/identity/v3", "/identity/v3/users", "/identity/v3/auth/tokens"])
        {
            using var answer = await app.SendAsync(HttpMethod.Get, path, keystone.Admin.Token);
            Assert.Equal(404, (int)answer.StatusCode);
        }
        using var signIn = await app.TrySignInAsync("admin", keystone.App.PasswordOf("admin"));
        Assert.Equal(404, (int)signIn.StatusCode);
        Assert.False(File.Exists(Path.Combine(app.DataDirectory, "clouds.yaml")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("garbage")]
    [InlineData("")]
    [InlineData("é")]
    public async Task A_token_it_does_not_know_is_401_and_the_answer_points_to_it(string? token)
    {
        using var answer = await app.SendAsync(HttpMethod.Get, "/v2.1/flavors", token);
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Equal($"Keystone uri=\"{keystone.App.Address}identity\"", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_token_without_a_project_is_of_no_use_to_compute()
    {
        using var unscoped = await keystone.App.TrySignInAsync("admin", keystone.App.PasswordOf("admin"));
        Assert.Equal(401, await StatusAsync(await keystone.HolderAsync(unscoped) with { App = app }));
    }

    [Fact]
    public async Task A_token_revoked_there_is_accepted_here_at_most_as_long_as_the_setting_says()
    {
        var member = await MemberAsync("ann");
        Assert.Equal(200, await StatusAsync(member));
        Assert.Equal(204, (await keystone.Admin.AskAsync("DELETE", $"/identity/v3/users/{member.UserId}")).Status);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(200, await StatusAsync(member));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, await StatusAsync(member));
    }

    [Fact]
    public async Task A_clock_that_was_set_back_does_not_prolong_a_remembered_answer()
    {
        var clock = new SettableTime();
        await using var brief = await StartAsync(clock, ("CacheTime", "00:00:00.0000001"));
        var member = await MemberAsync("ann") with { App = brief };
        Assert.Equal(200, await StatusAsync(member));
        Assert.Equal(204, (await keystone.Admin.AskAsync("DELETE", $"/identity/v3/users/{member.UserId}")).Status);
        clock.Ahead = TimeSpan.FromHours(-1);
        Assert.Equal(401, await StatusAsync(member));
    }

    [Fact]
    public async Task With_no_time_to_remember_each_request_asks()
    {
        await using var eager = await StartAsync(("CacheTime", "00:00:00"));
        var member = await MemberAsync("ann") with { App = eager };
        Assert.Equal(200, await StatusAsync(member));
        Assert.Equal(204, (await keystone.Admin.AskAsync("DELETE", $"/identity/v3/users/{member.UserId}")).Status);
        Assert.Equal(401, await StatusAsync(member));
    }

    [Fact]
    public async Task A_service_account_whose_token_is_void_signs_in_again()
    {
        Assert.Equal(200, await StatusAsync(await MemberAsync("ann")));
        var account =
            (string)(await keystone.Admin.GetJsonAsync("/identity/v3/users?name=kiroku"))["users"]![0]!["id"]!;
        foreach (var enabled in (string[])["false", "true"])
            Assert.Equal(200,
                (await keystone.Admin.AskAsync(
                    "PATCH", $"/identity/v3/users/{account}", "{\"user\":{\"enabled\":" + enabled + "}}")).Status);
        Assert.Equal(200, await StatusAsync(await MemberAsync("bob")));
    }

    [Fact]
    public async Task It_is_asked_within_the_trace_of_the_request()
    {
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var member = await MemberAsync("ann");
        using var answer = await member.GetAsync(
            "/v2.1/flavors", ("traceparent", $"00-{Trace}-00f067aa0ba902b7-01"));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains(asked, header => header.StartsWith($"00-{Trace}-", StringComparison.Ordinal)
            && !header.Contains("00f067aa0ba902b7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_it_is_down_remembered_tokens_are_accepted_and_others_get_503()
    {
        var (known, unknown) = (await MemberAsync("ann"), await MemberAsync("bob"));
        Assert.Equal(200, await StatusAsync(known));
        await keystone.DisposeAsync();
        Assert.Equal(200, await StatusAsync(known));
        using var answer = await unknown.GetAsync("/v2.1/flavors");
        Assert.Equal((503, "5"), ((int)answer.StatusCode, answer.Headers.RetryAfter!.ToString()));
        Assert.Equal("The Keystone service is temporarily unavailable.",
            (string)(await TestApp.JsonAsync(answer))["serviceUnavailable"]!["message"]!);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(503, await StatusAsync(known));
    }

    [Theory]
    [InlineData("Password", "wrong")]
    [InlineData("UserName", "ann")]
    [InlineData("ProjectName", "nope")]
    public async Task A_refused_service_account_does_not_refuse_callers_for_good(
        string key, string value)
    {
        var member = await MemberAsync("ann");
        await using var wrong = await StartAsync((key, value));
        Assert.Equal(503, await StatusAsync(member with { App = wrong }));
    }

    [Fact]
    public async Task The_password_may_be_in_a_file()
    {
        var file = Path.Combine(app.DataDirectory, "password");
        await File.WriteAllTextAsync(file, $"{Password}\n", TestContext.Current.CancellationToken);
        await using var filed = await StartAsync(("Password", ""), ("PasswordFile", file));
        Assert.Equal(200, await StatusAsync(await MemberAsync("ann") with { App = filed }));
    }

    [Theory]
    [InlineData("Url", "ftp://x", "Keystone:Url is to be an http or https address, as http://127.0.0.1:5000/v3.")]
    [InlineData("UserName", "", "Keystone:Url takes a service account: Keystone:UserName, and either Keystone:Password "
        + "or Keystone:PasswordFile.")]
    [InlineData("PasswordFile", "/there/is/none", "Keystone:Url takes a service account: Keystone:UserName, and either "
        + "Keystone:Password or Keystone:PasswordFile.")]
    [InlineData("CacheTime", "2.00:00:00", "Keystone:CacheTime is to be a time of at most an hour.")]
    public async Task Settings_that_cannot_work_are_refused_at_the_start(string key, string value, string complaint)
    {
        var refused = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            async () => await StartAsync((key, value)));
        Assert.Contains(complaint, refused.Failures);
    }

    /// <summary>Creates the account by which services ask about tokens.</summary>
    private async Task NewServiceAccountAsync()
    {
        var (project, user) = (await keystone.NewProjectAsync("service"), await keystone.NewUserAsync("kiroku"));
        await keystone.GiveAsync(project, user, RoleNames.Admin);
    }

    private Task<TestApp> StartAsync(params (string Key, string Value)[] settings) => StartAsync(time, settings);

    private Task<TestApp> StartAsync(TimeProvider clock, params (string Key, string Value)[] settings)
        => TestApp.StartAsync(builder =>
    {
        builder.Services.AddSingleton(clock);
        (string, string)[] usual = [
            ("Url", $"{keystone.App.Address}identity/v3"), ("UserName", "kiroku"), ("Password", Password)];
        foreach (var (key, value) in usual.Concat(settings))
            builder.Configuration[$"Keystone:{key}"] = value;
    });

    private async Task<TestUser> MemberAsync(string name, string role = RoleNames.Member)
        => await keystone.NewMemberAsync(name, role) with { App = app };

    private static async Task<int> CreateImageAsync(TestUser user)
        => (await user.AskAsync(
            "POST", "/image/v2/images", """{"name":"x","disk_format":"raw","container_format":"bare"}""")).Status;

    /// <summary>Keeps the traces that requests to the Keystone name.</summary>
    private sealed class Listening(ConcurrentBag<string> asked) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, go) =>
            {
                asked.Add(context.Request.Headers.TraceParent.ToString());
                return go(context);
            });
            next(app);
        };
    }
}
