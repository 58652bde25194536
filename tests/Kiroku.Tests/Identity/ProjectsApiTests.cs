using Kiroku.Tests.Storage;
using static Kiroku.Tests.Identity.IdentityDesk;

namespace Kiroku.Tests.Identity;

public sealed class ProjectsApiTests : IAsyncLifetime
{
    private IdentityDesk desk = null!;

    public async ValueTask InitializeAsync() => desk = await OpenAsync();

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task A_project_is_made_shown_changed_and_deleted()
    {
        var (status, body) = await desk.Admin.AskAsync(
            "POST", "/identity/v3/projects", """{"project":{"name":" p1 ","description":"d","tags":["a"],"cost":7}}""");
        Assert.Equal(201, status);
        var project = body!["project"]!;
        var id = (string)project["id"]!;
        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Equal(
            """{"id":"ID","name":"p1","enabled":true,"domain_id":"default","parent_id":"default","is_domain":false,"description":"d","tags":["a"],"options":{},"cost":7,"links":{"self":"SELF"}}"""
                .Replace("ID", id, StringComparison.Ordinal).Replace(
                    "SELF", $"{desk.App.Address}identity/v3/projects/{id}", StringComparison.Ordinal),
            project.ToJsonString(TestApp.Plain));
        (status, body) = await desk.Admin.AskAsync(
            "PATCH", $"/identity/v3/projects/{id}", """{"project":{"name":"p2","description":null}}""");
        Assert.Equal((200, "p2", null, 7),
            (status, (string)body!["project"]!["name"]!, (string?)body["project"]!["description"],
                (int)body["project"]!["cost"]!));
        Assert.Equal(
            body.ToJsonString(), (await desk.Admin.GetJsonAsync($"/identity/v3/projects/{id}")).ToJsonString());
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", $"/identity/v3/projects/{id}")).Status);
        (status, body) = await desk.Admin.AskAsync("DELETE", $"/identity/v3/projects/{id}");
        Assert.Equal((404, $"Could not find project: {id}."), (status, Message(body)));
    }

    [Theory]
    [InlineData("""{}""", 400, "'name' is a required property")]
    [InlineData("""{"project":{}}""", 400, "'name' is a required property")]
    [InlineData("""{"project":[]}""", 400, "[] is not of type 'object'")]
    [InlineData("""[]""", 400, "Expecting to find valid JSON in request body. The server could not comply with the "
        + "request since it is either malformed or otherwise incorrect. The client is assumed to be in error.")]
    [InlineData("""{"project":{"name":5}}""", 400, "Invalid input for field 'name': 5 is not of type 'string'")]
    [InlineData("""{"project":{"name":"  "}}""", 400, @"Invalid input for field 'name': '  ' does not match '[\\S]+'")]
    [InlineData("""{"project":{"name":"demo"}}""", 409, null)]
    [InlineData("""{"project":{"name":"x","enabled":"yes"}}""", 400,
        "Invalid input for field 'enabled': 'yes' is not of type 'boolean'")]
    [InlineData("""{"project":{"name":"x","domain_id":"nope"}}""", 400, "Could not find domain: nope.")]
    [InlineData("""{"project":{"name":"x","parent_id":"nope"}}""", 400, "Could not find project: nope.")]
    [InlineData("""{"project":{"name":"x","is_domain":true}}""", 403,
        "You are not authorized to perform the requested action: identity:create_domain.")]
    public async Task An_invalid_project_is_refused_in_Keystones_words(string body, int expected, string? message)
    {
        var before = Names(await desk.Admin.GetJsonAsync("/identity/v3/projects"), "projects");
        var (status, answer) = await desk.Admin.AskAsync("POST", "/identity/v3/projects", body);
        Assert.Equal(expected, status);
        if (message is not null)
            Assert.Equal(message, Message(answer));
        Assert.Equal(before, Names(await desk.Admin.GetJsonAsync("/identity/v3/projects"), "projects"));
    }

    [Theory]
    [InlineData("line\nbreak")]
    [InlineData("nul\0x")]
    [InlineData("rtl\u202Ex")]
    [InlineData("\U0001F600")]
    [InlineData("'; DROP TABLE users; --")]
    public async Task Odd_names_are_taken_as_Keystone_takes_them_and_come_back_as_they_were(string name)
    {
        Assert.SkipWhen(TestStore.IsShared && name.Contains('\0'),
            "PostgreSQL has no U+0000: U+2400 comes back, and is not found by the other");
        var id = await desk.NewProjectAsync(name);
        Assert.Equal(name, (string)(await desk.Admin.GetJsonAsync($"/identity/v3/projects/{id}"))["project"]!["name"]!);
        Assert.Equal([name],
            Names(await desk.Admin.GetJsonAsync($"/identity/v3/projects?name={Uri.EscapeDataString(name)}"),
                "projects"));
        var user = await desk.NewUserAsync("odd");
        await desk.GiveAsync(id, user, "member");
        Assert.Equal(200, await StatusAsync(await desk.SignInAsync("odd", name)));
    }

    [Fact]
    public async Task Projects_form_a_tree_that_stays_whole()
    {
        var top = await desk.NewProjectAsync("l1");
        var child = await desk.NewProjectAsync("l2", top);
        var (status, body) = await desk.Admin.AskAsync("DELETE", $"/identity/v3/projects/{top}");
        Assert.Equal((403, $"Cannot delete the project {top} since it is not a leaf in the hierarchy. Use the cascade "
            + "option if you want to delete a whole subtree."), (status, Message(body)));
        (status, body) = await desk.Admin.AskAsync(
            "PATCH", $"/identity/v3/projects/{top}", """{"project":{"enabled":false}}""");
        Assert.Equal((403, $"Cannot disable project {top} since its subtree contains enabled projects."),
            (status, Message(body)));
        Assert.Equal(403,
            (await desk.Admin.AskAsync(
                "PATCH", $"/identity/v3/projects/{child}", """{"project":{"parent_id":"default"}}""")).Status);
        var deepest = child;
        for (var level = 3; level <= 5; level++)
            deepest = await desk.NewProjectAsync($"l{level}", deepest);
        (status, _) = await desk.Admin.AskAsync(
            "POST", "/identity/v3/projects", "{\"project\":{\"name\":\"l6\",\"parent_id\":\"" + deepest + "\"}}");
        Assert.Equal(403, status);
        Assert.Equal(
            ["l2"], Names(await desk.Admin.GetJsonAsync($"/identity/v3/projects?parent_id={top}"), "projects"));
    }

    [Theory]
    [InlineData("name=alpha", "alpha")]
    [InlineData("name__contains=et", "beta")]
    [InlineData("name__istartswith=AL", "alpha")]
    [InlineData("enabled=false", "beta")]
    [InlineData("name__endswith=a&enabled", "alpha")]
    [InlineData("is_domain=true", "")]
    [InlineData("domain_id=other", "")]
    [InlineData("parent_id=default&name=demo", "demo")]
    [InlineData("colour=red&name=beta", "beta")]
    [InlineData("tags=a", "tagged")]
    [InlineData("tags=a,b", "tagged")]
    [InlineData("tags=a,c", "")]
    [InlineData("tags-any=c,b", "tagged")]
    [InlineData("not-tags=a,b&name__contains=a", "admin alpha beta")]
    [InlineData("not-tags=a,c&name=tagged", "tagged")]
    [InlineData("not-tags-any=c,b&name=tagged", "")]
    public async Task Lists_are_filtered_as_by_Keystone(string query, string expected)
    {
        await desk.NewProjectAsync("alpha");
        Assert.Equal(201,
            (await desk.Admin.AskAsync(
                "POST", "/identity/v3/projects", """{"project":{"name":"tagged","tags":["a","b"]}}""")).Status);
        var beta = await desk.NewProjectAsync("beta");
        Assert.Equal(200,
            (await desk.Admin.AskAsync("PATCH", $"/identity/v3/projects/{beta}", """{"project":{"enabled":false}}"""))
                .Status);
        Assert.Equal(expected,
            string.Join(' ', Names(await desk.Admin.GetJsonAsync($"/identity/v3/projects?{query}"), "projects")));
    }

    [Fact]
    public async Task An_immutable_project_is_left_alone_until_it_is_made_mutable()
    {
        var id = await desk.NewProjectAsync("rock");
        var path = $"/identity/v3/projects/{id}";
        Assert.Equal(
            200, (await desk.Admin.AskAsync("PATCH", path, """{"project":{"options":{"immutable":true}}}""")).Status);
        Assert.Equal(403, (await desk.Admin.AskAsync("PATCH", path, """{"project":{"name":"sand"}}""")).Status);
        Assert.Equal(403, (await desk.Admin.AskAsync("DELETE", path)).Status);
        Assert.Equal(
            200, (await desk.Admin.AskAsync("PATCH", path, """{"project":{"options":{"immutable":false}}}""")).Status);
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", path)).Status);
    }

    [Fact]
    public async Task Tokens_of_a_project_that_is_disabled_or_deleted_are_void_from_the_next_request_on()
    {
        var member = await desk.NewMemberAsync("ann");
        var path = $"/identity/v3/projects/{member.ProjectId}";
        Assert.Equal(200, await StatusAsync(member));
        Assert.Equal(200, (await desk.Admin.AskAsync("PATCH", path, """{"project":{"enabled":false}}""")).Status);
        Assert.Equal(401, await StatusAsync(member));
        Assert.Equal(200, (await desk.Admin.AskAsync("PATCH", path, """{"project":{"enabled":true}}""")).Status);
        Assert.Equal(401, await StatusAsync(member));
        member = await desk.SignInAsync("ann", "anns");
        Assert.Equal(200, await StatusAsync(member));
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", path)).Status);
        Assert.Equal(401, await StatusAsync(member));
        using var again = await desk.App.TrySignInAsync("ann", Password, TestApp.InProject("anns"));
        Assert.Equal(401, (int)again.StatusCode);
    }

    [Fact]
    public async Task A_member_sees_their_own_project_and_no_list()
    {
        var member = await desk.NewMemberAsync("ann");
        var (status, body) = await member.AskAsync("GET", "/identity/v3/projects");
        Assert.Equal((403, "You are not authorized to perform the requested action: identity:list_projects."),
            (status, Message(body)));
        Assert.Equal(200, (await member.AskAsync("GET", $"/identity/v3/projects/{member.ProjectId}")).Status);
        foreach (var id in (string[])[desk.Admin.ProjectId, "nope"])
            Assert.Equal(403, (await member.AskAsync("GET", $"/identity/v3/projects/{id}")).Status);
        Assert.Equal(["anns"], Names(await member.GetJsonAsync("/identity/v3/auth/projects"), "projects"));
        Assert.Equal(
            ["anns"], Names(await member.GetJsonAsync($"/identity/v3/users/{member.UserId}/projects"), "projects"));
        foreach (var (method, path, rule) in ((string, string, string)[])[
            ("POST", "projects", "create_project"), ("PATCH", $"projects/{member.ProjectId}", "update_project"),
            ("DELETE", $"projects/{member.ProjectId}", "delete_project"),
            ("POST", "users", "create_user"), ("PATCH", $"users/{member.UserId}", "update_user"),
            ("DELETE", $"users/{member.UserId}", "delete_user"),
            ("GET", "users", "list_users"), ("GET", $"users/{desk.Admin.UserId}", "get_user"),
            ("GET", "roles", "list_roles"), ("POST", "roles", "create_role"),
            ("GET", "domains", "list_domains"), ("GET", "role_assignments", "list_role_assignments"),
            ("GET", "services", "list_services"),
            ("GET", "endpoints", "list_endpoints"), ("GET", "groups", "list_groups")])
        {
            (status, body) = await member.AskAsync(
                method, $"/identity/v3/{path}", method is "POST" or "PATCH" ? "{}" : null);
            Assert.Equal((403, $"You are not authorized to perform the requested action: identity:{rule}."),
                (status, Message(body)));
        }
    }

    [Fact]
    public async Task The_domain_can_be_read_and_has_no_groups()
    {
        var member = await desk.NewMemberAsync("ann");
        Assert.Equal(["Default"], Names(await desk.Admin.GetJsonAsync("/identity/v3/domains"), "domains"));
        Assert.Equal(
            "Default", (string)(await member.GetJsonAsync("/identity/v3/domains/default"))["domain"]!["name"]!);
        Assert.Equal("Could not find domain: nope.",
            Message((await desk.Admin.AskAsync("GET", "/identity/v3/domains/nope")).Body));
        Assert.Empty((await desk.Admin.GetJsonAsync("/identity/v3/groups"))["groups"]!.AsArray());
        Assert.Empty((await member.GetJsonAsync($"/identity/v3/users/{member.UserId}/groups"))["groups"]!.AsArray());
        Assert.Equal(404, (await desk.Admin.AskAsync("GET", "/identity/v3/groups/x")).Status);
        Assert.Equal(405, (await desk.Admin.AskAsync("POST", "/identity/v3/groups", "{}")).Status);
    }

    [Fact]
    public async Task The_catalog_is_read_piece_by_piece()
    {
        var services = (await desk.Admin.GetJsonAsync("/identity/v3/services"))["services"]!.AsArray();
        Assert.Equal(
            ["compute", "image", "network", "identity"], services.Select(service => (string)service!["type"]!));
        var compute = (string)services[0]!["id"]!;
        Assert.Equal(
            "nova", (string)(await desk.Admin.GetJsonAsync($"/identity/v3/services/{compute}"))["service"]!["name"]!);
        var endpoints =
            (await desk.Admin.GetJsonAsync(
                $"/identity/v3/endpoints?service_id={compute}&interface=public"))["endpoints"]!.AsArray();
        var endpoint = Assert.Single(endpoints)!;
        Assert.Equal($"{desk.App.Address}v2.1", (string)endpoint["url"]!);
        Assert.Equal(
            200, (await desk.Admin.AskAsync("GET", $"/identity/v3/endpoints/{(string)endpoint["id"]!}")).Status);
        Assert.Equal(
            "RegionOne", (string)(await desk.Admin.GetJsonAsync("/identity/v3/regions"))["regions"]![0]!["id"]!);
        foreach (var kind in (string[])["service", "endpoint", "region"])
            Assert.Equal($"Could not find {kind}: nope.",
                Message((await desk.Admin.AskAsync("GET", $"/identity/v3/{kind}s/nope")).Body));
    }
}
