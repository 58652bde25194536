using System.Text.Json.Nodes;
using Kiroku.Hypervisors;

namespace Kiroku.Tests.Networks;

/// <summary>The security groups of servers, and what their cards let through for them.</summary>
public sealed class ServersGroupsTests : IAsyncLifetime
{
    /// <summary>With anywhere as the command line writes it.</summary>
    private const string Web
        = ""","protocol":"tcp","port_range_min":80,"port_range_max":81,"remote_ip_prefix":"0.0.0.0/0" """;

    private const string Ping = ""","protocol":"icmp","ethertype":"IPv4","remote_ip_prefix":"192.0.2.0/24" """;

    private static readonly string[] Out = ["out 4  - ", "out 6  - "];
    private static readonly string[] All = [.. Out, "in 4  - ", "in 6  - "];

    private FilteredCloud running = null!;

    public async ValueTask InitializeAsync() => running = await FilteredCloud.StartAsync();

    public ValueTask DisposeAsync() => running.DisposeAsync();

    [Fact]
    public async Task A_card_is_filtered_from_its_projects_first_change_of_groups_on()
    {
        var server = await running.Cloud.CreateServerAsync();
        Assert.Null(running.Passing(server));
        var web = await running.GroupAsync("web");
        await running.PassesAsync(server, All);
        var next = await running.Cloud.CreateServerAsync();
        Assert.Equal(All.Order(), running.Passing(next)!.Order());
        await running.RuleAsync(web, Web);
        await running.PassesAsync(server, All);
    }

    [Fact]
    public async Task A_server_has_the_groups_that_it_was_made_with_and_a_change_of_their_rules_reaches_it()
    {
        var web = await running.GroupAsync("web");
        await running.RuleAsync(web, Web);
        var (server, answer) = await CreateAsync($$$"""[{"name":"{{{web}}}"}]""");
        Assert.Equal(web, (string)answer["security_groups"]![0]!["name"]!);
        Assert.Equal([.. Out, "in 4 6 80-81 "], running.Passing(server)!.OrderBy(rule => rule[0] == 'i'));
        Assert.Equal(["web"], await NamesAsync(server));
        Assert.Equal([web], (await running.ListAsync($"ports?device_id={server}"))[0]!["security_groups"]!.AsArray()
            .Select(id => (string)id!));
        var rule = await running.RuleAsync(web, Ping);
        await running.PassesAsync(server, [.. Out, "in 4 6 80-81 ", "in 4 1 - 192.0.2.0/24"]);
        await running.AskAsync("DELETE", $"security-group-rules/{rule}");
        await running.PassesAsync(server, [.. Out, "in 4 6 80-81 "]);
    }

    [Fact]
    public async Task A_running_server_is_put_into_groups_and_taken_out_until_nothing_passes()
    {
        var server = await running.Cloud.CreateServerAsync();
        var web = await running.GroupAsync("web");
        await running.RuleAsync(web, Web);
        await ActAsync(server, "addSecurityGroup", "web", 202);
        await ActAsync(server, "addSecurityGroup", "web", 202);
        await ActAsync(server, "removeSecurityGroup", "default", 202);
        await running.PassesAsync(server, [.. Out, "in 4 6 80-81 "]);
        Assert.Equal(["web"], await NamesAsync(server));
        await ActAsync(server, "removeSecurityGroup", "default", 404);
        Assert.Equal((409, "SecurityGroupInUse", $"Security Group {web} in use."),
            await running.RefusalAsync("DELETE", $"security-groups/{web}"));
        await ActAsync(server, "removeSecurityGroup", web, 202);
        await running.PassesAsync(server);
        Assert.Empty(await NamesAsync(server));
        Assert.Equal(204, (await running.AskAsync("DELETE", $"security-groups/{web}")).Status);
        await ActAsync(server, "addSecurityGroup", "default", 202);
        await running.PassesAsync(server, All);
    }

    [Theory]
    [InlineData("2.74", null)]
    [InlineData("2.75", """[{"name":"web"}]""")]
    public async Task The_answer_to_a_rebuild_names_them_from_2_75_on(string version, string? groups)
    {
        await running.GroupAsync("web");
        var (server, _) = await CreateAsync("""[{"name":"web"}]""");
        using var answer = await running.Cloud.Demo.PostAsync(
            $"/v2.1/servers/{server}/action", $$$"""{"rebuild":{"imageRef":"{{{running.Cloud.Image}}}"}}""",
            ("OpenStack-API-Version", $"compute {version}"));
        Assert.Equal(groups, (await TestApp.JsonAsync(answer))["server"]!["security_groups"]?.ToJsonString());
    }

    [Fact]
    public async Task Taking_a_server_out_of_the_group_default_is_the_first_change_as_well()
    {
        var server = await running.Cloud.CreateServerAsync();
        await ActAsync(server, "removeSecurityGroup", "default", 202);
        await running.PassesAsync(server);
    }

    [Fact]
    public async Task Groups_that_are_not_there_or_not_the_only_one_of_their_name_are_refused_in_novas_words()
    {
        await running.GroupAsync("twice");
        await running.GroupAsync("twice");
        Assert.Equal((400, $"Security group other not found for project {running.Cloud.Demo.ProjectId}."),
            await RefusedAsync("other"));
        Assert.Equal((409, "Multiple security groups found matching 'twice'. Use an ID to be more specific."),
            await RefusedAsync("twice"));
    }

    [Fact]
    public async Task A_server_keeps_its_filter_through_all_that_makes_its_machine_anew()
    {
        var web = await running.GroupAsync("web");
        await running.RuleAsync(web, Web);
        var (server, _) = await CreateAsync("""[{"name":"web"}]""");
        foreach (var action in new[]
        {
            """{"reboot":{"type":"HARD"}}""", """{"shelve":null}""", """{"unshelve":null}""",
            $$$"""{"rebuild":{"imageRef":"{{{running.Cloud.Image}}}"}}""", """{"resize":{"flavorRef":"84"}}""",
            """{"confirmResize":null}""",
        })
        {
            await running.Cloud.DoAsync(server, action);
            if (action.StartsWith("""{"shelve""", StringComparison.Ordinal))
                continue;
            Assert.Equal([.. Out, "in 4 6 80-81 "], running.Passing(server)!.OrderBy(rule => rule[0] == 'i'));
        }
    }

    [Fact]
    public async Task A_server_of_a_project_with_groups_is_placed_only_where_they_are_enforced()
    {
        await running.GroupAsync("web");
        await running.OnAsync(new HostNetwork(NetworkKind.Bridge, "plain"));
        var server = await running.Cloud.CreateServerAsync();
        var shown = (await running.Cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}"))["server"]!;
        Assert.Equal("ERROR", (string)shown["status"]!);
        Assert.Equal("No valid host was found. Some hosts cannot enforce the security groups of the server's project.",
            (string)shown["fault"]!["message"]!);
    }

    [Fact]
    public async Task A_server_without_a_card_has_no_groups()
    {
        await running.GroupAsync("web");
        running.Cloud.Host.Addresses = [];
        var (server, _) = await CreateAsync("""[{"name":"web"}]""", ""","networks":"none" """);
        Assert.Null(running.Passing(server));
        var shown = (await running.Cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}"))["server"]!.AsObject();
        Assert.False(shown.ContainsKey("security_groups"));
    }

    private async Task<(Guid Server, JsonNode Answer)> CreateAsync(string groups, string more = "")
    {
        (string, string)[] headers = more.Length == 0 ? [] : [("X-OpenStack-Nova-API-Version", "2.37")];
        using var answer = await running.Cloud.Demo.PostAsync(
            "/v2.1/servers",
            $$$"""
            {"server":{"name":"vm","flavorRef":"42","imageRef":"{{{running.Cloud.Image}}}",
                "security_groups":{{{groups}}}{{{more}}}}}
            """,
            headers);
        var made = (await TestApp.JsonAsync(answer))["server"]!;
        var id = Guid.Parse((string)made["id"]!);
        await running.Cloud.UntilAsync(async () => (await running.Cloud.ServerAsync(id)).RunningAction is null);
        return (id, made);
    }

    private async Task<(int, string)> RefusedAsync(string group)
    {
        var (status, body) = await running.Cloud.Demo.AskAsync("POST", "/v2.1/servers", $$$"""
            {"server":{"name":"vm","flavorRef":"42","imageRef":"{{{running.Cloud.Image}}}",
                "security_groups":[{"name":"{{{group}}}"}]}}
            """);
        return (status, (string)body!.AsObject().Single().Value!["message"]!);
    }

    private async Task<IEnumerable<string>> NamesAsync(Guid server)
    {
        var shown = (await running.Cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}"))["server"]!;
        var groups = await running.Cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}/os-security-groups");
        var names = groups["security_groups"]!.AsArray().Select(group => (string)group!["name"]!).ToList();
        Assert.Equal(names, shown["security_groups"]?.AsArray().Select(group => (string)group!["name"]!) ?? []);
        return names;
    }

    private async Task ActAsync(Guid server, string action, string group, int expected)
    {
        var (status, _) = await running.Cloud.Demo.AskAsync(
            "POST", $"/v2.1/servers/{server}/action", $$$"""{"{{{action}}}":{"name":"{{{group}}}"}}""");
        Assert.Equal(expected, status);
    }
}
