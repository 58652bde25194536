using Dapper;
using Kiroku.Scheduling;
using Kiroku.Servers.Groups;
using Kiroku.Servers.State;
using Kiroku.Servers.Upkeep;

namespace Kiroku.Tests.Storage;

/// <summary>What is asked about hosts and images, among many servers.</summary>
public abstract partial class StoreConformance
{
    private static readonly ServersOnHosts OnHosts = new();

    [Fact]
    public async Task A_host_is_needed_by_its_servers_and_by_their_disks()
    {
        var servers = NamedServer("vm");
        await AddServersAsync(
        [
            servers with { Id = Guid.NewGuid(), Host = "on", Disk = new ServerDisk("on", 1) },
            servers with { Id = Guid.NewGuid(), Host = "on", Disk = new ServerDisk("behind", 1) },
            servers with { Id = Guid.NewGuid(), Disk = new ServerDisk("shelved", 1) },
            servers with { Id = Guid.NewGuid(), Host = "gone", Disk = new ServerDisk("gone", 1), Deleted = true },
            servers with { Id = Guid.NewGuid(), Disk = new ServerDisk("swept", 1), Deleted = true },
        ]);
        foreach (var (host, expected) in new[]
        {
            ("on", true), ("behind", true), ("shelved", true), ("gone", false), ("swept", false), ("never", false),
        })
            Assert.Equal((host, expected), (host, await Database.ReadAsync(db => OnHosts.AreOnAsync(db, host), Token)));
    }

    [Fact]
    public async Task A_host_has_moving_servers_while_they_may_come_or_go_back()
    {
        var server = NamedServer("vm") with { Host = "a", Disk = new ServerDisk("a", 2) };
        var former = new FormerServer(server.Flavor, new ServerDisk("former", 1));
        await AddServersAsync(
        [
            server with { Id = Guid.NewGuid(), Other = new HostClaim("other", Claim.None) },
            server with { Id = Guid.NewGuid(), Former = former },
            server with
            {
                Id = Guid.NewGuid(),
                Former = former with { Disk = new ServerDisk("past", 1) },
                Deleted = true,
            },
        ]);
        foreach (var (host, expected) in new[] { ("other", true), ("former", true), ("past", false), ("a", false) })
            Assert.Equal(
                (host, expected), (host, await Database.ReadAsync(db => OnHosts.AreMovingAsync(db, host), Token)));
    }

    [Fact]
    public async Task Servers_are_listed_by_the_hosts_that_are_asked_for()
    {
        var all = await AddServersAsync(Enumerable.Range(0, 8).Select(number => NamedServer($"vm{number}") with
        {
            Host = number == 7 ? null : $"h\"{number % 3}",
            CreatedAt = Now.AddSeconds(-number),
            Deleted = number == 3,
        }));
        var found = await Database.ReadAsync(db => OnHosts.ListAsync(db, ["h\"0", "h\"2", "none"]), Token);
        Assert.Equal([all[6].Id, all[0].Id], found["h\"0"].Select(server => server.Id));
        Assert.Equal(["vm5", "vm2"], found["h\"2"].Select(server => server.Name));
        Assert.Equal(2, found.Count);
    }

    [Fact]
    public async Task An_image_is_needed_by_disks_by_rescues_and_maybe_by_what_runs()
    {
        await AddServersAsync(
        [
            NamedServer("disk") with { ImageId = "disk" },
            NamedServer("rescue") with { RescueImageId = "rescue" },
            NamedServer("gone") with { ImageId = "gone", RescueImageId = "gone", Deleted = true },
        ]);
        var watched = new WatchedServers(Database);
        Assert.True(await watched.NeedImageAsync("disk", Token));
        Assert.True(await watched.NeedImageAsync("rescue", Token));
        Assert.False(await watched.NeedImageAsync("gone", Token));
        await AddServersAsync([NamedServer("running") with { RunningAction = $"{Request}0" }]);
        Assert.True(await watched.NeedImageAsync("gone", Token));
    }

    public static TheoryData<string, string[]> ReadsOfHosts => new()
    {
        { ServersOnHosts.AreOn, ["servers_of_host", "servers_of_disk_elsewhere"] },
        { ServersOnHosts.AreMoving, ["servers_of_other_host", "servers_of_former_host"] },
        { WatchedServers.OnHost, ["servers_of_host"] },
        { WatchedServers.Cards, ["servers_of_host", "servers_of_other_host"] },
        { WatchedServers.NeedImage, ["servers_by_image", "servers_of_rescue_image", "servers_running"] },
        { ServerStore.Where(WatchedServers.OnOrMoving), ["servers_of_host", "servers_of_other_host"] },
        { ServerGroupStore.Hosts, ["servers_of_group"] },
        { ServerGroupStore.OfUser, ["servers_of_group"] },
        { ServerGroupStore.MembersOf([Guid.Empty]), ["servers_of_group"] },
        { ServerStore.Where(ResizeConfirmer.Waiting), ["servers_of_host"] },
    };

    [Theory]
    [MemberData(nameof(ReadsOfHosts))]
    public async Task What_hosts_ask_is_read_by_indexes(string sql, string[] indexes)
    {
        await AddServersAsync(Enumerable.Range(0, 1000).Select(number => NamedServer("vm") with
        {
            ImageId = $"i{number % 50}",
            Host = $"h{number % 50}",
            Disk = new ServerDisk($"h{number % 50}", 1),
            RunningAction = number % 100 == 0 ? $"{Request}{number}" : null,
            LaunchedAt = Now,
            VmState = VmStates.Resized,
        }));
        var values = new DynamicParameters(new { host = "h1", Host = "h1", image = "i1", before = Now });
        values.AddDynamicParams(new { id = Guid.Empty, Except = Guid.Empty, UserId = "u" });
        var plan = await PlanAsync(sql, values);
        Assert.All(indexes, index => Assert.Matches($@"\b{index}\b", plan));
        Assert.DoesNotContain("SCAN servers\n", plan + "\n", StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on servers", plan, StringComparison.Ordinal);
    }
}
