using System.Text.Json.Nodes;
using Kiroku.Access;
using Kiroku.Identity.Accounts;
using static Kiroku.Tests.Identity.IdentityDesk;

namespace Kiroku.Tests.Identity;

public sealed class RolesApiTests : IAsyncLifetime
{
    private static readonly string AdminRole = Role.Of(RoleNames.Admin).Id;
    private static readonly string MemberRole = Role.Of(RoleNames.Member).Id;
    private static readonly string ReaderRole = Role.Of(RoleNames.Reader).Id;
    private IdentityDesk desk = null!;

    public async ValueTask InitializeAsync() => desk = await OpenAsync();

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task A_role_is_made_shown_changed_given_and_deleted()
    {
        var ann = await desk.NewMemberAsync("ann");
        var role = await desk.NewRoleAsync("support");
        Assert.Equal("Conflict occurred attempting to store role - Duplicate entry found with name support.",
            Message((await desk.Admin.AskAsync("POST", "/identity/v3/roles", """{"role":{"name":"support"}}""")).Body));
        Assert.Equal(200,
            (await desk.Admin.AskAsync(
                "PATCH", $"/identity/v3/roles/{role}", """{"role":{"name":"helper","description":"d"}}""")).Status);
        Assert.Equal(
            "d", (string)(await desk.Admin.GetJsonAsync($"/identity/v3/roles/{role}"))["role"]!["description"]!);
        Assert.Equal(["admin", "helper", "member", "reader"],
            Names(await desk.Admin.GetJsonAsync("/identity/v3/roles"), "roles"));
        Assert.Equal(204, (await desk.Admin.AskAsync("PUT", Grant(ann, role))).Status);
        var token = (await ann.GetJsonAsync("/identity/v3/auth/tokens", ("X-Subject-Token", ann.Token)))["token"]!;
        Assert.Equal(["member", "reader", "helper"], token["roles"]!.AsArray().Select(one => (string)one!["name"]!));
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", $"/identity/v3/roles/{role}")).Status);
        token = (await ann.GetJsonAsync("/identity/v3/auth/tokens", ("X-Subject-Token", ann.Token)))["token"]!;
        Assert.Equal(["member", "reader"], token["roles"]!.AsArray().Select(one => (string)one!["name"]!));
    }

    [Fact]
    public async Task The_three_roles_stay_as_they_are_whatever_is_asked()
    {
        var path = $"/identity/v3/roles/{AdminRole}";
        Assert.Equal($"Unable to delete immutable role resource: `{AdminRole}. Set resource option \"immutable\" to "
            + "false first.",
            Message((await desk.Admin.AskAsync("DELETE", path)).Body));
        foreach (var body in (string[])["""{"role":{"name":"root"}}""", """{"role":{"options":{"immutable":false}}}"""])
            Assert.Equal(403, (await desk.Admin.AskAsync("PATCH", path, body)).Status);
    }

    [Fact]
    public async Task Roles_imply_one_another_from_admin_down()
    {
        var inference = (await desk.Admin.GetJsonAsync($"/identity/v3/roles/{AdminRole}/implies"))["role_inference"]!;
        Assert.Equal(["member"], Names(inference, "implies"));
        Assert.Equal("admin", (string)inference["prior_role"]!["name"]!);
        Assert.Equal(
            200, (await desk.Admin.AskAsync("GET", $"/identity/v3/roles/{MemberRole}/implies/{ReaderRole}")).Status);
        Assert.Equal(
            204, (await desk.Admin.AskAsync("HEAD", $"/identity/v3/roles/{MemberRole}/implies/{ReaderRole}")).Status);
        Assert.Equal($"{AdminRole} does not imply {ReaderRole}.",
            Message((await desk.Admin.AskAsync("GET", $"/identity/v3/roles/{AdminRole}/implies/{ReaderRole}")).Body));
        Assert.Equal(
            2, (await desk.Admin.GetJsonAsync("/identity/v3/role_inferences"))["role_inferences"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_role_given_and_taken_away_counts_from_the_next_request_on()
    {
        var ann = await desk.NewMemberAsync("ann", RoleNames.Reader);
        Assert.Equal(403, await CreateAsync(ann));
        Assert.Equal(204, (await desk.Admin.AskAsync("PUT", Grant(ann, MemberRole))).Status);
        Assert.Equal(204, (await desk.Admin.AskAsync("PUT", Grant(ann, MemberRole))).Status);
        Assert.NotEqual(403, await CreateAsync(ann));
        foreach (var method in (string[])["GET", "HEAD"])
            Assert.Equal(204, (await desk.Admin.AskAsync(method, Grant(ann, MemberRole))).Status);
        Assert.Equal(["member", "reader"], Names(await desk.Admin.GetJsonAsync(Grant(ann, "")[..^1]), "roles"));
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", Grant(ann, MemberRole))).Status);
        Assert.Equal(403, await CreateAsync(ann));
        Assert.Equal($"Could not find role assignment with role: {MemberRole}, user or group: {ann.UserId}, project, "
            + $"domain, or system: {ann.ProjectId}.",
            Message((await desk.Admin.AskAsync("DELETE", Grant(ann, MemberRole))).Body));
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", Grant(ann, ReaderRole))).Status);
        Assert.Equal(401, await StatusAsync(ann));
    }

    [Theory]
    [InlineData("projects/nope/users/USER/roles/ROLE", "Could not find project: nope.")]
    [InlineData("projects/default/users/USER/roles/ROLE", "Could not find project: default.")]
    [InlineData("projects/PROJECT/users/nope/roles/ROLE", "Could not find user: nope.")]
    [InlineData("projects/PROJECT/users/USER/roles/nope", "Could not find role: nope.")]
    [InlineData("domains/PROJECT/users/USER/roles/ROLE", "Could not find domain: PROJECT.")]
    public async Task A_missing_user_role_or_project_is_named(string path, string message)
    {
        var ann = await desk.NewMemberAsync("ann");
        string Filled(string text) => text.Replace("PROJECT", ann.ProjectId, StringComparison.Ordinal)
            .Replace("USER", ann.UserId, StringComparison.Ordinal).Replace(
                "ROLE", ReaderRole, StringComparison.Ordinal);
        foreach (var method in (string[])["PUT", "GET", "DELETE"])
        {
            var (status, body) = await desk.Admin.AskAsync(method, $"/identity/v3/{Filled(path)}");
            Assert.Equal((404, Filled(message)), (status, Message(body)));
        }
    }

    [Fact]
    public async Task A_role_in_the_domain_makes_tokens_for_the_domain()
    {
        var ann = await desk.NewMemberAsync("ann");
        var scope = new JsonObject { ["domain"] = new JsonObject { ["name"] = "Default" } };
        using (var before = await desk.App.TrySignInAsync("ann", Password, scope.DeepClone().AsObject()))
            Assert.Equal(401, (int)before.StatusCode);
        Assert.Empty((await ann.GetJsonAsync("/identity/v3/auth/domains"))["domains"]!.AsArray());
        Assert.Equal(204,
            (await desk.Admin.AskAsync("PUT", $"/identity/v3/domains/default/users/{ann.UserId}/roles/{AdminRole}"))
                .Status);
        Assert.Equal(["Default"], Names(await ann.GetJsonAsync("/identity/v3/auth/domains"), "domains"));
        using var answer = await desk.App.TrySignInAsync("ann", Password, scope);
        Assert.Equal(201, (int)answer.StatusCode);
        var token = (await TestApp.JsonAsync(answer))["token"]!;
        Assert.Equal("default", (string)token["domain"]!["id"]!);
        Assert.NotNull(token["catalog"]);
        var holder = ann with { Token = answer.Headers.GetValues("X-Subject-Token").Single() };
        Assert.Equal(200, (await holder.AskAsync("GET", "/identity/v3/users")).Status);
        Assert.Equal(401, await StatusAsync(holder));
    }

    [Fact]
    public async Task Assignments_are_listed_filtered_named_and_with_what_they_imply()
    {
        var ann = await desk.NewMemberAsync("ann");
        Assert.Equal(204,
            (await desk.Admin.AskAsync("PUT", $"/identity/v3/domains/default/users/{ann.UserId}/roles/{ReaderRole}"))
                .Status);
        Assert.Equal(2, await CountAsync($"user.id={ann.UserId}"));
        Assert.Equal(1, await CountAsync($"user.id={ann.UserId}&scope.domain.id=default"));
        Assert.Equal(1, await CountAsync($"scope.project.id={ann.ProjectId}"));
        Assert.Equal(2, await CountAsync($"scope.project.id={ann.ProjectId}&effective"));
        Assert.Equal(1, await CountAsync($"scope.project.id={ann.ProjectId}&effective&role.id={ReaderRole}"));
        Assert.Equal(0, await CountAsync("user.id=nope"));
        Assert.Equal(0, await CountAsync("group.id=x"));
        var named =
            (await desk.Admin.GetJsonAsync(
                $"/identity/v3/role_assignments?scope.project.id={ann.ProjectId}&include_names=true"))[
                    "role_assignments"]![0]!;
        Assert.Equal(("ann", "anns", "member", "Default"), (
            (string)named["user"]!["name"]!, (string)named["scope"]!["project"]!["name"]!,
            (string)named["role"]!["name"]!, (string)named["user"]!["domain"]!["name"]!));
        Assert.Equal("Specify a user or group, not both",
            Message((await desk.Admin.AskAsync("GET", "/identity/v3/role_assignments?user.id=a&group.id=b")).Body));
    }

    private async Task<int> CountAsync(string query)
        => (await desk.Admin.GetJsonAsync($"/identity/v3/role_assignments?{query}"))["role_assignments"]!.AsArray()
            .Count;

    private static string Grant(TestUser user, string role)
        => $"/identity/v3/projects/{user.ProjectId}/users/{user.UserId}/roles/{role}";

    /// <summary>Does something that requires a member: 403 for lower roles.</summary>
    private static async Task<int> CreateAsync(TestUser user)
        => (await user.AskAsync(
            "POST", "/image/v2/images", """{"name":"x","disk_format":"raw","container_format":"bare"}""")).Status;
}
