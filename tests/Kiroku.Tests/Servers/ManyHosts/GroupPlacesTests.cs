using Kiroku.Servers.State;
using Kiroku.Tests.Servers.Groups;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>Server groups where there is a choice of hosts, at creation and whenever a server is placed anew.</summary>
public sealed class GroupPlacesTests : IAsyncLifetime
{
    private const string Migrate = """{"migrate":null}""";
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await HostsCloud.StartAsync(
        3, Cloud.Unwatched, ("Scheduling:SoftAffinityWeightMultiplier", "10"),
        ("Scheduling:SoftAntiAffinityWeightMultiplier", "10"));

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task Servers_that_are_to_be_apart_never_share_a_host()
    {
        var group = await ServerGroupsTests.MakeAsync(cloud.Admin, "anti-affinity");
        var first = await CreateAsync(group);
        var second = await CreateAsync(group);
        Assert.Equal(["a", "b"], await HostsAsync(first, second));

        // While resized a server may still go back, so that both of its hosts are taken.
        Assert.Null((await cloud.DoAsync(second, Resize)).Action.Message);
        Assert.Equal("c", await HostAsync(second));
        var third = await CreateAsync(group);
        await AssertUnplacedAsync(third);
        Assert.Null((await cloud.DoAsync(second, """{"revertResize":null}""")).Action.Message);
        Assert.Equal("b", await HostAsync(second));

        Assert.Equal("c", await HostAsync(await CreateAsync(group)));
        await AssertUnplacedAsync(await CreateAsync(group));
        Assert.Equal("Error", (await cloud.DoAsync(first, Migrate)).Action.Message);
        Assert.Equal("Error", (await cloud.DoAsync(first, """{"migrate":{"host":"b"}}""")).Action.Message);
        Assert.Equal("Error", (await cloud.DoAsync(first, Resize)).Action.Message);
        Assert.Equal("a", await HostAsync(first));

        await cloud.DeleteAsync(second);
        Assert.Null((await cloud.DoAsync(first, Migrate)).Action.Message);
        Assert.Equal("b", await HostAsync(first));
    }

    [Fact]
    public async Task A_server_that_was_shelved_comes_back_apart_from_the_others_or_not_at_all()
    {
        var group = await ServerGroupsTests.MakeAsync(cloud.Admin, "anti-affinity");
        var shelved = await CreateAsync(group);
        await cloud.DoAsync(shelved, """{"shelve":null}""");
        Assert.Null(await HostAsync(shelved));
        var (other, another) = (await CreateAsync(group), await CreateAsync(group));
        Assert.Equal(["a", "b"], await HostsAsync(other, another));
        var last = await CreateAsync(group);

        Assert.Equal("Error", (await cloud.DoAsync(shelved, """{"unshelve":null}""")).Action.Message);
        await cloud.DeleteAsync(last);
        Assert.Null((await cloud.DoAsync(shelved, """{"unshelve":null}""")).Action.Message);
        Assert.Equal("c", await HostAsync(shelved));
    }

    [Fact]
    public async Task As_many_servers_share_a_host_as_the_groups_rule_says()
    {
        var (status, made) = await ServerGroupsTests.AskAsync(cloud.Admin, "POST", "", "2.64",
            """{"server_group":{"name":"web","policy":"anti-affinity","rules":{"max_server_per_host":2}}}""");
        Assert.Equal(200, status);
        var group = (string)made!["server_group"]!["id"]!;

        var servers = new List<Guid>();
        for (var number = 0; number < 6; number++)
            servers.Add(await CreateAsync(group));

        Assert.Equal(["a", "a", "b", "b", "c", "c"], await HostsAsync([.. servers]));
        await AssertUnplacedAsync(await CreateAsync(group));
    }

    [Fact]
    public async Task Servers_that_are_to_be_together_share_a_host_and_do_not_leave_it()
    {
        var group = await ServerGroupsTests.MakeAsync(cloud.Admin);
        // Without a group the second one would go to another host, where there is more room.
        var (first, second) = (await CreateAsync(group), await CreateAsync(group));
        Assert.Equal(["a", "a"], await HostsAsync(first, second));

        Assert.Equal("Error", (await cloud.DoAsync(first, Migrate)).Action.Message);
        Assert.Equal("Error", (await cloud.DoAsync(first, Resize)).Action.Message);
        await cloud.DeleteAsync(second);
        // As in Nova not even the only one leaves.
        Assert.Equal("Error", (await cloud.DoAsync(first, Migrate)).Action.Message);

        await cloud.DoAsync(first, """{"shelve":null}""");
        await cloud.CreateServerAsync("a");
        var next = await CreateAsync(group);
        Assert.Equal("b", await HostAsync(next));
        Assert.Null((await cloud.DoAsync(first, """{"unshelve":null}""")).Action.Message);
        Assert.Equal("b", await HostAsync(first));
        await cloud.AssertWholeAsync(first);
    }

    [Fact]
    public async Task A_soft_policy_is_followed_where_it_can_be()
    {
        var together = await ServerGroupsTests.MakeAsync(cloud.Admin, "soft-affinity");
        var (one, two) = (await CreateAsync(together), await CreateAsync(together));
        Assert.Equal(["a", "a"], await HostsAsync(one, two));
        Assert.Null((await cloud.DoAsync(one, Migrate)).Action.Message);

        var apart = await ServerGroupsTests.MakeAsync(cloud.Admin, "soft-anti-affinity");
        var servers = new List<Guid>();
        for (var number = 0; number < 4; number++)
            servers.Add(await CreateAsync(apart));
        Assert.Equal(["a", "b", "c"], (await HostsAsync([.. servers])).Distinct());
    }

    /// <summary>Without their group both would choose the first host.</summary>
    [Fact]
    public async Task Servers_of_a_group_that_two_nodes_create_at_once_do_not_meet()
    {
        var nodes = new[] { "a", "b", "c" };
        for (var round = 0; round < 5; round++)
        {
            var group = await ServerGroupsTests.MakeAsync(cloud.Admin, "anti-affinity");
            var servers = await Task.WhenAll(nodes.Select(node => AskAsync(group, node)));
            foreach (var server in servers)
                await cloud.UntilIdleAsync(server);

            Assert.Equal(nodes, await HostsAsync(servers));
            foreach (var server in servers)
                await cloud.DeleteAsync(server);
        }
    }

    private async Task AssertUnplacedAsync(Guid server)
    {
        var failed = await cloud.ServerAsync(server);
        Assert.Equal((VmStates.Error, "No valid host was found.", null),
            (failed.VmState, failed.Fault?.Message.Split(": ")[^1], failed.Host));
        await cloud.DeleteAsync(server);
    }

    private async Task<string?> HostAsync(Guid server) => (await cloud.ServerAsync(server)).Host;

    /// <summary>The hosts of servers, in order.</summary>
    private async Task<IReadOnlyList<string?>> HostsAsync(params Guid[] servers)
    {
        var hosts = new List<string?>();
        foreach (var server in servers)
            hosts.Add(await HostAsync(server));
        return [.. hosts.Order()];
    }

    private async Task<Guid> CreateAsync(string group)
    {
        var server = await AskAsync(group, "a");
        await cloud.UntilIdleAsync(server);
        return server;
    }

    private async Task<Guid> AskAsync(string group, string node)
    {
        var (status, made) = await (cloud.Admin with { App = cloud[node].App }).AskAsync("POST", "/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}"},"os:scheduler_hints":{"group":"{{{group}}}"}}""");
        Assert.Equal(202, status);
        return Guid.Parse((string)made!["server"]!["id"]!);
    }
}
