using System.Text.Json.Nodes;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers.Groups;

/// <summary>Servers in a server group: by a hint at their creation, until they or the group are deleted.</summary>
public sealed class GroupMembersTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task A_server_is_in_the_group_that_its_hint_names_until_it_is_deleted()
    {
        var group = await ServerGroupsTests.MakeAsync(Cloud.Demo);
        var (server, other) = (await CreateAsync(group), await CreateAsync($"{group.ToUpperInvariant()}"));
        Assert.Equal([$"{server}", $"{other}"], await MembersAsync(group));

        Assert.Equal($"""["{group}"]""", await GroupsOfAsync(server, "2.71"));
        Assert.Equal($"""["{group}"]""", await GroupsOfAsync(server, "2.96"));
        Assert.Null(await GroupsOfAsync(server, "2.70"));
        Assert.Equal("[]", await GroupsOfAsync(running.Server, "2.71"));

        await Cloud.DeleteAsync(server);
        Assert.Equal([$"{other}"], await MembersAsync(group));
    }

    [Theory]
    [InlineData("POST", "/action", """{"rebuild":{"imageRef":"IMAGE"}}""", 202)]
    [InlineData("PUT", "", """{"server":{"name":"other"}}""", 200)]
    public async Task What_shows_a_server_in_full_shows_its_group(string method, string path, string body, int status)
    {
        var group = await ServerGroupsTests.MakeAsync(Cloud.Demo);
        var server = await CreateAsync(group);
        foreach (var version in new[] { "2.71", "2.96" })
        {
            using var answer = await Cloud.App.SendAsync(new HttpMethod(method), $"/v2.1/servers/{server}{path}",
                Cloud.Demo.Token, TestApp.Json(body.Replace("IMAGE", Cloud.Image, StringComparison.Ordinal)),
                ("OpenStack-API-Version", $"compute {version}"));
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal($"""["{group}"]""",
                (await TestApp.JsonAsync(answer))["server"]!["server_groups"]!.ToJsonString());
            await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(server)).RunningAction is null);
        }
    }

    [Fact]
    public async Task A_group_that_is_deleted_leaves_its_servers_and_what_runs_on_them()
    {
        var group = await ServerGroupsTests.MakeAsync(Cloud.Demo);
        var server = await CreateAsync(group);
        var held = new TaskCompletionSource();
        Cloud.Hypervisor.Before = _ => held.Task;
        var (_, stopping) = await Cloud.ActAsync(server, """{"os-stop":null}""");

        Assert.Equal(204, (await ServerGroupsTests.AskAsync(Cloud.Demo, "DELETE", $"/{group}", "2.1")).Status);
        held.SetResult();
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await Cloud.EndedAsync(server, stopping);

        Assert.Equal((VmStates.Stopped, null),
            ((await Cloud.ServerAsync(server)).VmState, (await Cloud.ServerAsync(server)).ServerGroupId));
        Assert.Equal("[]", await GroupsOfAsync(server, "2.71"));
    }

    [Fact]
    public async Task Another_projects_group_is_unknown_but_to_administrators()
    {
        var group = await ServerGroupsTests.MakeAsync(running.Other);
        Assert.Equal((400, $"Instance group {group} could not be found."),
            ServerGroupsTests.Said(await AskAsync(Cloud.Demo, group)));
        Assert.Equal(202, (await AskAsync(Cloud.Admin, group)).Status);
    }

    [Fact]
    public async Task A_user_has_as_many_servers_in_a_group_as_the_quota_allows()
    {
        await using var cloud = await Cloud.StartAsync(("Quotas:ServerGroupMembers", "2"));
        var mate = await People.AddAsync(cloud.App, "mate", "demo", "member");
        var group = await ServerGroupsTests.MakeAsync(cloud.Demo);

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AskAsync(cloud.Demo, group, cloud.Image)));

        Assert.Equal(2, made.Count(answer => answer.Status == 202));
        Assert.All(made.Where(answer => answer.Status != 202), answer => Assert.Equal(
            (403, "Quota exceeded, too many servers in group"), ServerGroupsTests.Said(answer)));
        Assert.Equal(403, (await AskAsync(mate, group, cloud.Image, ""","min_count":3""")).Status);
        Assert.Equal(2, (await cloud.ServersAsync()).Count);
        Assert.Equal(202, (await AskAsync(mate, group, cloud.Image, ""","min_count":2""")).Status);
        Assert.Equal(403, (await AskAsync(mate, group, cloud.Image)).Status);
    }

    private async Task<Guid> CreateAsync(string group)
    {
        var (status, made) = await AskAsync(Cloud.Demo, group);
        Assert.Equal(202, status);
        var id = Guid.Parse((string)made!["server"]!["id"]!);
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(id)).RunningAction is null);
        return id;
    }

    private Task<(int Status, JsonNode? Body)> AskAsync(TestUser user, string group)
        => AskAsync(user, group, Cloud.Image);

    private static Task<(int Status, JsonNode? Body)> AskAsync(
        TestUser user, string group, string image, string more = "")
        => user.AskAsync("POST", "/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{image}}}"{{{more}}}},"os:scheduler_hints":{"group":"{{{group}}}"}}""");

    private async Task<IEnumerable<string>> MembersAsync(string group)
        => (await ServerGroupsTests.AskAsync(Cloud.Demo, "GET", $"/{group}", "2.1")).Body!["server_group"]!["members"]!
            .AsArray().Select(member => (string)member!);

    private async Task<string?> GroupsOfAsync(Guid server, string version)
        => (await Cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}", ("OpenStack-API-Version", $"compute {version}")))
            ["server"]!["server_groups"]?.ToJsonString();
}
