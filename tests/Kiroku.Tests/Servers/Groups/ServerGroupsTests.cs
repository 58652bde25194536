using System.Text.Json.Nodes;

namespace Kiroku.Tests.Servers.Groups;

/// <summary>Nova's /os-server-groups: what each version takes and shows, who may do what, and how many.</summary>
public sealed class ServerGroupsTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Groups = "/v2.1/os-server-groups";

    private Cloud Cloud => running.Cloud;

    [Theory]
    [InlineData("2.1", """{"name":"web","policies":["affinity"]}""",
        """{"name":"web","policies":["affinity"],"metadata":{},"members":[]}""")]
    [InlineData("2.13", """{"name":"web","policies":["anti-affinity"]}""",
        """{"name":"web","policies":["anti-affinity"],"metadata":{},"members":[],"project_id":"P","user_id":"U"}""")]
    [InlineData("2.15", """{"name":"web","policies":["soft-affinity"]}""",
        """{"name":"web","policies":["soft-affinity"],"metadata":{},"members":[],"project_id":"P","user_id":"U"}""")]
    [InlineData("2.64", """{"name":"web","policy":"soft-anti-affinity"}""",
        """{"name":"web","policy":"soft-anti-affinity","rules":{},"members":[],"project_id":"P","user_id":"U"}""")]
    [InlineData("2.64", """{"name":"web","policy":"affinity","rules":{}}""",
        """{"name":"web","policy":"affinity","rules":{},"members":[],"project_id":"P","user_id":"U"}""")]
    [InlineData("2.96", """{"name":"web","policy":"anti-affinity","rules":{"max_server_per_host":"3"}}""",
        """{"name":"web","policy":"anti-affinity","rules":{"max_server_per_host":3},"members":[],"project_id":"P","user_id":"U"}""")]
    public async Task Each_version_takes_and_shows_a_group_in_its_own_form(string version, string asked, string shown)
    {
        var (status, made) = await AskAsync(Cloud.Demo, "POST", "", version, Body(asked));
        Assert.Equal(200, status);
        var group = made!["server_group"]!.AsObject();
        var id = (string)group["id"]!;

        Assert.Equal(group.ToJsonString(), (await GetAsync($"/{id}", version))["server_group"]!.ToJsonString());
        Assert.Contains((await GetAsync("", version))["server_groups"]!.AsArray(),
            listed => JsonNode.DeepEquals(listed, group));
        Assert.Equal("id", group.First().Key);
        group.Remove("id");
        Assert.Equal(shown.Replace("\"P\"", $"\"{Cloud.Demo.ProjectId}\"", StringComparison.Ordinal)
            .Replace("\"U\"", $"\"{Cloud.Demo.UserId}\"", StringComparison.Ordinal), group.ToJsonString());

        Assert.Equal((204, null), await AskAsync(Cloud.Demo, "DELETE", $"/{id}", version));
        foreach (var method in new[] { "GET", "DELETE" })
        {
            Assert.Equal((404, $"Instance group {id} could not be found."),
                Said(await AskAsync(Cloud.Demo, method, $"/{id}", version)));
        }
    }

    [Theory]
    [InlineData("2.1", """{"name":"x","policies":["soft-affinity"]}""",
        "Invalid input for field/attribute 0. Value: soft-affinity. 'soft-affinity' is not one of ['anti-affinity', "
            + "'affinity']")]
    [InlineData("2.63", """{"name":"x","policies":["legacy"]}""",
        "Invalid input for field/attribute 0. Value: legacy. 'legacy' is not one of ['anti-affinity', 'affinity', "
            + "'soft-anti-affinity', 'soft-affinity']")]
    [InlineData("2.1", """{"name":"x","policies":["affinity","affinity"]}""",
        "Invalid input for field/attribute policies. Value: ['affinity', 'affinity']. ['affinity', 'affinity'] has "
            + "non-unique elements")]
    [InlineData("2.1", """{"name":"x","policies":["affinity","anti-affinity"]}""",
        "Invalid input for field/attribute policies. Value: ['affinity', 'anti-affinity']. ['affinity', "
            + "'anti-affinity'] is too long")]
    [InlineData("2.1", """{"name":"x","policies":[]}""",
        "Invalid input for field/attribute policies. Value: []. [] is too short")]
    [InlineData("2.1", """{"name":"x","policies":"affinity"}""",
        "Invalid input for field/attribute policies. Value: affinity. 'affinity' is not of type 'array'")]
    [InlineData("2.1", """{"name":"x"}""",
        "Invalid input for field/attribute server_group. Value: {'name': 'x'}. 'policies' is a required property")]
    [InlineData("2.64", """{"name":"x","policies":["affinity"]}""", "'policy' is a required property")]
    [InlineData("2.64", """{"name":"x","policy":"affinity","policies":["affinity"]}""",
        "Additional properties are not allowed ('policies' was unexpected)")]
    [InlineData("2.63", """{"name":"x","policy":"affinity","policies":["affinity"]}""",
        "Additional properties are not allowed ('policy' was unexpected)")]
    [InlineData("2.64", """{"name":"x","policy":"affinity","rules":{"max_server_per_host":2}}""",
        "Only anti-affinity policy supports rules.")]
    [InlineData("2.64", """{"name":"x","policy":"soft-anti-affinity","rules":{"max_server_per_host":2}}""",
        "Only anti-affinity policy supports rules.")]
    [InlineData("2.64", """{"name":"x","policy":"anti-affinity","rules":{"max_server_per_host":0}}""",
        "Invalid input for field/attribute max_server_per_host. Value: 0. 0 is less than the minimum of 1")]
    [InlineData("2.64", """{"name":"x","policy":"anti-affinity","rules":{"most":1}}""",
        "Additional properties are not allowed ('most' was unexpected)")]
    [InlineData("2.64", """{"name":"","policy":"affinity"}""", "'' is too short")]
    [InlineData("2.1", """{"name":" x ","policies":["affinity"]}""", "An invalid 'name' value was provided.")]
    public async Task A_group_that_nova_would_not_take_is_refused_in_its_words(
        string version, string asked, string message)
    {
        var (status, said) = Said(await AskAsync(Cloud.Demo, "POST", "", version, Body(asked)));
        Assert.Equal(400, status);
        Assert.Contains(message, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_has_the_projects_own_groups_page_by_page_and_all_of_them_for_administrators()
    {
        await using var cloud = await Cloud.StartAsync();
        var other = await People.AddAsync(cloud.App, "other", "other", "member");
        var mine = new[] { await MakeAsync(cloud.Demo), await MakeAsync(cloud.Demo), await MakeAsync(cloud.Demo) };
        var theirs = await MakeAsync(other);

        Assert.Equal(mine, await ListAsync(cloud.Demo, "?limit=0"));
        Assert.Equal(mine[..2], await ListAsync(cloud.Demo, "?limit=2"));
        Assert.Equal(mine[1..2], await ListAsync(cloud.Demo, "?offset=1&limit=1"));
        Assert.Equal(mine, await ListAsync(cloud.Demo, "?all_projects=True"));
        Assert.Equal([theirs], await ListAsync(other, ""));
        Assert.Empty(await ListAsync(cloud.Admin, ""));
        Assert.Equal([.. mine, theirs], await ListAsync(cloud.Admin, "?all_projects=True"));
    }

    [Theory]
    [InlineData("2.74", "?x=1", 200)]
    [InlineData("2.75", "?x=1", 400)]
    [InlineData("2.75", "?all_projects&limit=1&offset=1", 200)]
    [InlineData("2.1", "?limit=-1", 400)]
    [InlineData("2.1", "?offset=x", 400)]
    public async Task A_lists_query_is_checked(string version, string query, int status)
        => Assert.Equal(status, (await AskAsync(Cloud.Demo, "GET", query, version)).Status);

    [Fact]
    public async Task A_reader_looks_a_member_changes_and_another_project_finds_nothing()
    {
        var id = await MakeAsync(Cloud.Demo);
        Assert.Equal(200, (await AskAsync(running.Reader, "GET", $"/{id}", "2.1")).Status);
        Assert.Contains(id, await ListAsync(running.Reader, ""));
        Assert.Equal((403, "Policy doesn't allow os_compute_api:os-server-groups:create to be performed."),
            Said(await AskAsync(running.Reader, "POST", "", "2.1", Body("""{"name":"x","policies":["affinity"]}"""))));
        Assert.Equal((403, "Policy doesn't allow os_compute_api:os-server-groups:delete to be performed."),
            Said(await AskAsync(running.Reader, "DELETE", $"/{id}", "2.1")));
        Assert.DoesNotContain(id, await ListAsync(running.Other, ""));
        foreach (var method in new[] { "GET", "DELETE" })
        {
            Assert.Equal((404, $"Instance group {id} could not be found."),
                Said(await AskAsync(running.Other, method, $"/{id}", "2.1")));
            Assert.Equal((404, "Instance group web could not be found."),
                Said(await AskAsync(Cloud.Admin, method, "/web", "2.1")));
        }
        Assert.Equal(200, (await AskAsync(Cloud.Admin, "GET", $"/{id}", "2.1")).Status);
        Assert.Equal(204, (await AskAsync(Cloud.Admin, "DELETE", $"/{id}", "2.1")).Status);
    }

    [Fact]
    public async Task A_project_has_as_many_groups_as_its_quota_allows()
    {
        await using var cloud = await Cloud.StartAsync(("Quotas:ServerGroups", "3"));
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AskAsync(
            cloud.Demo, "POST", "", "2.64", Body("""{"name":"web","policy":"affinity"}"""))));
        Assert.Equal(3, made.Count(answer => answer.Status == 200));
        Assert.All(made.Where(answer => answer.Status != 200),
            answer => Assert.Equal((403, "Quota exceeded, too many server groups."), Said(answer)));
        // As in Nova the quota is looked at before the policy's rules.
        Assert.Equal(403, (await AskAsync(cloud.Demo, "POST", "", "2.64",
            Body("""{"name":"web","policy":"affinity","rules":{"max_server_per_host":2}}"""))).Status);

        var limits = (await cloud.Demo.GetJsonAsync("/v2.1/limits"))["limits"]!["absolute"]!;
        Assert.Equal((3, 3, 10), ((int)limits["totalServerGroupsUsed"]!, (int)limits["maxServerGroups"]!,
            (int)limits["maxServerGroupMembers"]!));
        var path = $"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}";
        var detail = (await cloud.Demo.GetJsonAsync(path + "/detail"))["quota_set"]!;
        Assert.Equal("""{"in_use":3,"limit":3,"reserved":0}""", detail["server_groups"]!.ToJsonString());
        Assert.Equal("""{"in_use":0,"limit":10,"reserved":0}""", detail["server_group_members"]!.ToJsonString());
        Assert.Equal((400, "Quota limit 2 for server_groups must be greater than or equal to already used and "
                + "reserved 3."),
            Said(await cloud.Admin.AskAsync("PUT", path, """{"quota_set":{"server_groups":2}}""")));

        var first = (string)made.First(answer => answer.Status == 200).Body!["server_group"]!["id"]!;
        Assert.Equal(204, (await AskAsync(cloud.Demo, "DELETE", $"/{first}", "2.1")).Status);
        await MakeAsync(cloud.Demo);
        Assert.Equal(200, (await cloud.Admin.AskAsync("PUT", path, """{"quota_set":{"server_groups":-1}}""")).Status);
        await MakeAsync(cloud.Demo);
    }

    private static string Body(string group) => $$"""{"server_group":{{group}}}""";

    private async Task<JsonNode> GetAsync(string path, string version)
        => (await AskAsync(Cloud.Demo, "GET", path, version)).Body!;

    internal static async Task<string> MakeAsync(TestUser user, string policy = "affinity")
    {
        var body = Body($$"""{"name":"web","policies":["{{policy}}"]}""");
        var (status, made) = await AskAsync(user, "POST", "", "2.15", body);
        Assert.Equal(200, status);
        return (string)made!["server_group"]!["id"]!;
    }

    private static async Task<IReadOnlyList<string>> ListAsync(TestUser user, string query)
        => [.. (await AskAsync(user, "GET", query, "2.1")).Body!["server_groups"]!.AsArray()
            .Select(group => (string)group!["id"]!)];

    internal static async Task<(int Status, JsonNode? Body)> AskAsync(
        TestUser user, string method, string path, string version, string? body = null)
    {
        using var answer = await user.App.SendAsync(new HttpMethod(method), Groups + path, user.Token,
            body is null ? null : TestApp.Json(body), ("OpenStack-API-Version", $"compute {version}"));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    internal static (int Status, string Message) Said((int Status, JsonNode? Body) answer)
        => (answer.Status, (string)answer.Body!.AsObject().Single().Value!["message"]!);
}
