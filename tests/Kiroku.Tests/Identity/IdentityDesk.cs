using System.Text.Json.Nodes;
using Kiroku.Access;
using Kiroku.Identity.Accounts;

namespace Kiroku.Tests.Identity;

/// <summary>A service, with an administrator who manages its users and projects.</summary>
internal sealed class IdentityDesk : IAsyncDisposable
{
    public const string Password = "correct horse";

    private bool closed;

    private IdentityDesk(TestApp app, TestUser admin) => (App, Admin) = (app, admin);

    public TestApp App { get; }

    public TestUser Admin { get; }

    public static async Task<IdentityDesk> OpenAsync(Action<WebApplicationBuilder>? configure = null)
    {
        var app = await TestApp.StartAsync(configure);
        return new IdentityDesk(app, await app.SignInAsync("admin"));
    }

    public Task<string> NewProjectAsync(string name, string? parent = null)
        => NewAsync("project", new JsonObject { ["name"] = name, ["parent_id"] = parent ?? "default" });

    public Task<string> NewUserAsync(string name)
        => NewAsync("user", new JsonObject { ["name"] = name, ["password"] = Password });

    public Task<string> NewRoleAsync(string name) => NewAsync("role", new JsonObject { ["name"] = name });

    /// <summary>Adds a user with a role in a new project, signed in there.</summary>
    public async Task<TestUser> NewMemberAsync(string name, string role = RoleNames.Member)
    {
        var (project, user) = (await NewProjectAsync($"{name}s"), await NewUserAsync(name));
        await GiveAsync(project, user, role);
        return await SignInAsync(name, $"{name}s");
    }

    public async Task GiveAsync(string project, string user, string role)
        => Assert.Equal(204,
            (await Admin.AskAsync("PUT", $"/identity/v3/projects/{project}/users/{user}/roles/{Role.Of(role).Id}"))
                .Status);

    public async Task<TestUser> SignInAsync(string name, string project)
    {
        using var answer = await App.TrySignInAsync(name, Password, TestApp.InProject(project));
        Assert.Equal(201, (int)answer.StatusCode);
        return await HolderAsync(answer);
    }

    /// <summary>The user who holds the token of that answer.</summary>
    public async Task<TestUser> HolderAsync(HttpResponseMessage answer)
    {
        var token = (await TestApp.JsonAsync(answer))["token"]!;
        return new TestUser(App, answer.Headers.GetValues("X-Subject-Token").Single(),
            (string?)token["project"]?["id"] ?? "", (string)token["user"]!["id"]!);
    }

    /// <summary>The status that the compute service gives a token.</summary>
    public static async Task<int> StatusAsync(TestUser user) => (await user.AskAsync("GET", "/v2.1/flavors")).Status;

    public static string Message(JsonNode? body) => (string)body!["error"]!["message"]!;

    public static IEnumerable<string> Names(JsonNode answer, string key)
        => answer[key]!.AsArray().Select(item => (string)item!["name"]!);

    /// <summary>Tests may call this early; it runs again at the end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!closed)
            await App.DisposeAsync();
        closed = true;
    }

    private async Task<string> NewAsync(string kind, JsonObject body)
    {
        var (status, answer) = await Admin.AskAsync(
            "POST", $"/identity/v3/{kind}s", new JsonObject { [kind] = body }.ToJsonString());
        Assert.True(status == 201, answer?.ToJsonString());
        return (string)answer![kind]!["id"]!;
    }
}
