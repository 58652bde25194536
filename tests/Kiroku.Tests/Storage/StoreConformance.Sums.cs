using System.Data.Common;
using Dapper;
using Kiroku.Actions;
using Kiroku.Nodes;
using Kiroku.Quotas;
using Kiroku.Scheduling;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Storage;

/// <summary>What servers take up on hosts and of quotas, as the store adds it up.</summary>
public abstract partial class StoreConformance
{
    private const int Changing = 24;
    private const int Batches = 20;

    /// <summary>Statements that take the store back to before it kept sums.</summary>
    private protected abstract string[] ForgetSums { get; }

    /// <summary>Counts what a read of this connection's transaction costs, in a unit of the store's own.</summary>
    private protected abstract Task<long> CountReadAsync(DbConnection connection, Func<Task> read);

    [Fact]
    public async Task The_sums_are_those_of_all_servers_whatever_happens_to_them()
    {
        var servers = new ChangingServers(Database, Servers, Actions, Changing);
        for (var batch = 0; batch < Batches; batch++)
        {
            await servers.ChangeAllAsync(Token);
            await AssertSumsAsync();
        }
        await servers.DeleteAllAsync(Token);
        Assert.Equal((0, 0), await CountSumsAsync());
    }

    [Fact]
    public async Task An_older_stores_servers_are_added_up_when_it_is_opened()
    {
        var servers = new ChangingServers(Database, Servers, Actions, Changing);
        for (var batch = 0; batch < Batches; batch++)
            await servers.ChangeAllAsync(Token);
        foreach (var statement in ForgetSums)
            await Database.WriteAsync(db => db.ExecuteAsync(statement), Token);
        // As a version before 0031 left a server whose resize had failed.
        await Database.WriteAsync(db => db.ExecuteAsync(
            """
            UPDATE servers SET next_flavor = REPLACE(flavor, '"vcpus":', '"vcpus":9') WHERE running_action IS NULL
            """), Token);
        Reopen();

        await AssertSumsAsync();
        Assert.All(
            await Servers.ListWhereAsync("running_action IS NULL", null, Token),
            server => Assert.Null(server.NextFlavor));
        var further = new ChangingServers(Database, Servers, Actions, Changing);
        await further.ChangeAllAsync(Token);
        await AssertSumsAsync();
    }

    [Fact]
    public async Task An_action_that_changes_neither_host_nor_flavor_writes_no_sum()
    {
        var server = await EndCreationAsync(await AddServerAsync());
        await Database.WriteAsync(
            db => db.ExecuteAsync("UPDATE servers SET host = 'a', claimed_vcpus = 1, disk_host = 'a', generation = 1"),
            Token);
        server = (await Servers.FindAsync(server.Id, Token))!;
        await Database.WriteAsync(
            db => db.ExecuteAsync("DELETE FROM host_sums; DELETE FROM project_sums"), Token);

        var (begun, action) = (await Servers.BeginActionAsync(
            server, Accept(server with { TaskState = "stopping" }, 2, ActionNames.Stop), Token))!.Value;
        await Servers.SaveAsync(begun.Fence, begun with { Progress = 50 }, known: null, Token);
        await Servers.SaveProgressAsync(begun.Fence, 60, Token);
        await Servers.EndActionAsync(
            begun with { VmState = VmStates.Stopped }, begun,
            With(action).End(Outcomes.Succeeded, Now.AddSeconds(3)), Token);

        Assert.Equal((0, 0), await CountSumsAsync());
    }

    [Fact]
    public async Task A_flavor_with_any_text_in_it_is_counted_by_its_sizes()
    {
        var flavor = new ServerFlavor("\0\"vcpus\":7", "\"memory_mib\":8\\", 3, 256, 5)
        {
            ExtraSpecs = new Dictionary<string, string> { ["vcpus"] = "\"vcpus\":9", ["a\0"] = "\0\ud800😀" },
        };
        await AddServerAsync(flavor);
        Assert.Equal(new ProjectUsage(1, 3, 256), await UsageAsync("p"));
    }

    [Fact]
    public async Task Placing_a_server_and_checking_a_quota_read_no_more_where_there_are_more_servers()
    {
        var server = await EndCreationAsync(await AddServerAsync());
        await FillAsync(0, 49);
        var few = await ReadToPlaceAsync(server);
        for (var first = 49; first < 4999; first += 550)
            await FillAsync(first, first + 550);
        Assert.True(await ReadToPlaceAsync(server) is var many && many <= few, $"{many} instead of {few}");
        await AssertSumsAsync();
    }

    /// <summary>What a creation, a resize and the pages of hosts and limits ask for.</summary>
    private async Task<long> ReadToPlaceAsync(Server server)
    {
        if (Database.IsShared)
            await Database.WriteAsync(db => db.ExecuteAsync("ANALYZE servers, host_sums, project_sums"), Token);
        var (hosts, usage) = (new ServersOnHosts(), new ServerUsage());
        return await Database.ReadAsync(db => CountReadAsync(db, async () =>
        {
            await hosts.ListUsesAsync(db, server.Id);
            await hosts.CountBusyAsync(db);
            await usage.CountAsync(db, server.ProjectId);
            await usage.CountGroupsAsync(db, server.ProjectId);
        }), Token);
    }

    /// <summary>Adds servers on five hosts, of which nobody does anything.</summary>
    private Task FillAsync(int first, int end) => Database.WriteAsync(db => db.ExecuteAsync(
        """
        INSERT INTO servers (id, name, project_id, user_id, image_id, flavor, vm_state, created_at, updated_at, host,
            claimed_vcpus, claimed_memory_mib, claimed_disk_gib)
        WITH RECURSIVE n (number) AS (SELECT @first UNION ALL SELECT number + 1 FROM n WHERE number < @end - 1)
        SELECT '00000000-0000-4000-8000-' || SUBSTR(CAST(100000000000 + number AS TEXT), 1, 12), 'vm', 'p', 'u', 'i',
            '{"id":"42","name":"m1.nano","vcpus":1,"memory_mib":128,"disk_gib":1}', 'active', @Now, @Now,
            'host-' || (number % 5), 1, 128, 1
        FROM n
        """, new { first, end, Now }), Token);

    /// <summary>Compares the sums with a count of all servers.</summary>
    private async Task AssertSumsAsync()
    {
        var all = await Servers.ListWhereAsync("0 = 0", null, Token);
        var (hosts, without) = await Database.ReadAsync(async db => (
            await new ServersOnHosts().ListUsesAsync(db),
            await new ServersOnHosts().ListUsesAsync(db, all is [var first, ..] ? first.Id : default)), Token);
        Assert.Equal(UsesOf(all), InOrder(hosts.Values));
        Assert.Equal(UsesOf(all.Skip(1)), InOrder(without.Values));
        var projects = all.Select(server => server.ProjectId).Distinct().ToList();
        Assert.Equal((hosts.Count, projects.Count), await CountSumsAsync());
        foreach (var project in projects)
            Assert.Equal(UsageOf(all.Where(server => server.ProjectId == project)), await UsageAsync(project));
    }

    private static IEnumerable<HostUse> UsesOf(IEnumerable<Server> servers) => InOrder(servers
        .SelectMany(server => new[]
        {
            UseOf(server.Host, 1, server.Claim), UseOf(server.Other?.Host, 0, server.Other?.Claim ?? Claim.None),
        })
        .Where(use => use.Host.Length > 0)
        .GroupBy(use => use.Host, (host, uses) => uses.Aggregate(
            (sum, use) => UseOf(host, sum.Servers + use.Servers, sum.Claim + use.Claim))));

    private static IEnumerable<HostUse> InOrder(IEnumerable<HostUse> uses)
        => uses.Where(use => use.Servers > 0 || use.Claim != Claim.None)
            .OrderBy(use => use.Host, StringComparer.Ordinal);

    private static HostUse UseOf(string? host, long servers, Claim claim) => new()
    {
        Host = host ?? "",
        Servers = servers,
        Vcpus = claim.Vcpus,
        MemoryMib = claim.MemoryMiB,
        DiskGib = claim.DiskGiB,
    };

    private static ProjectUsage UsageOf(IEnumerable<Server> servers)
    {
        var flavors = servers.Select(server => new[] { server.Flavor, server.Former?.Flavor, server.NextFlavor }
            .OfType<ServerFlavor>().ToList()).ToList();
        return new ProjectUsage(
            flavors.Count, flavors.Sum(one => one.Max(flavor => (long)flavor.Vcpus)),
            flavors.Sum(one => one.Max(flavor => (long)flavor.MemoryMiB)));
    }

    private Task<ProjectUsage> UsageAsync(string project)
        => Database.ReadAsync(db => new ServerUsage().CountAsync(db, project), Token);

    private Task<(long Hosts, long Projects)> CountSumsAsync() => Database.ReadAsync(
        async db => (await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM host_sums"),
            await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM project_sums")), Token);
}
