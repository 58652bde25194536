using Dapper;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Lists;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Storage;

/// <summary>Lists of servers: their pages, and the indexes that they are read by.</summary>
public abstract partial class StoreConformance
{
    private const int Page = 7;

    private static readonly SortKey[] SortKeys =
    [
        SortKey.CreatedAt, SortKey.Id,
        new(server => server.Name, "name"),
        new(server => server.Flavor.Id, ServerColumns.FlavorId),
        new(server => server.UpdatedAt, "updated_at"),
        new(server => (int)server.PowerState, "power_state"),
        new(server => server.Host, "host", IsNullable: true),
        new(server => server.LaunchedAt, "launched_at", IsNullable: true),
        new(Hostnames.Of),
        .. LabelKeys,
    ];

    /// <summary>Those whose values stand in JSON or in another table.</summary>
    private static SortKey[] LabelKeys =>
    [
        new(server => server.Labels.LaunchIndex, ServerColumns.LaunchIndex),
        new(server => server.Labels.Key?.Name, ServerColumns.KeyName, IsNullable: true),
        new(server => server.Labels.AccessIpv4, ServerColumns.AccessIpv4),
        new(server => server.Labels.AccessIpv6, ServerColumns.AccessIpv6),
        new(server => server.Labels.DiskConfig, ServerColumns.DiskConfig),
        new(server => server.Labels.ConfigDrive ? "True" : "", ServerColumns.ConfigDrive),
        new(server => server.AvailabilityZone, ServerColumns.AvailabilityZone, IsNullable: true),
    ];

    private static readonly (SqlCondition InSql, Predicate<Server> Same)[] Filters =
    [
        (SqlCondition.Is("image_id", "i1"), server => server.ImageId == "i1"),
        (SqlCondition.Is(ServerColumns.FlavorId, "2"), server => server.Flavor.Id == "2"),
        (SqlCondition.IsOneOf("vm_state", [VmStates.Active]), server => server.VmState == VmStates.Active),
        (SqlCondition.IsOneOf("vm_state", [VmStates.Active, VmStates.Error]),
            server => server.VmState is VmStates.Active or VmStates.Error),
        (SqlCondition.Is("host", "h2"), server => server.Host == "h2"),
        (SqlCondition.Contains("name", "B"), server => server.Name.Contains('b', StringComparison.OrdinalIgnoreCase)),
        (SqlCondition.Contains("name", "b_"), server => server.Name.Contains("b_", StringComparison.OrdinalIgnoreCase)),
        (SqlCondition.Contains("name", "%"), server => server.Name.Contains('%', StringComparison.Ordinal)),
        (new SqlCondition("locked_by IS NULL"), server => server.LockedBy is null),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Pages_of_any_list_hold_its_servers_in_their_order(int seed)
    {
        var random = new Random(seed);
        var all = await AddServersAsync(Enumerable.Range(0, 150).Select(_ => RandomServer(random)));
        for (var round = 0; round < 60; round++)
        {
            var (query, matches) = RandomQuery(random);
            var expected = all.Where(server => matches(server) && query.Matches(server)).Order(query.Sorting);
            Assert.Equal(expected.Select(server => server.Id), (await WalkAsync(query)).Select(server => server.Id));
        }
    }

    [Fact]
    public async Task A_page_goes_on_behind_a_server_that_fulfils_the_conditions_no_more()
    {
        var all = await AddServersAsync(Enumerable.Range(0, 5).Select(number => NamedServer($"vm{number}")));
        var query = new ServerQuery
        {
            Conditions = [SqlCondition.Is("name", "vm1")],
            Sorting = ServerSorting.By([new SortKey(server => server.Name, "name") { IsDescending = false }]),
            Marker = all[0].Id,
        };
        Assert.Equal("vm1", Assert.Single(await Lists.ListAsync(query, Token)).Name);
        await Assert.ThrowsAsync<UnknownMarkerException>(
            () => Lists.ListAsync(query with { ProjectId = "other" }, Token));
    }

    [Fact]
    public async Task A_flavor_is_found_whatever_its_texts_hold()
    {
        var server = NamedServer("vm") with { Flavor = new ServerFlavor("7", "a\0\"\\u0000", 1, 128, 1) };
        await AddServersAsync([server, NamedServer("other")]);
        var query = new ServerQuery { Conditions = [SqlCondition.Is(ServerColumns.FlavorId, "7")] };
        Assert.Equal(server.Id, Assert.Single(await Lists.ListAsync(query, Token)).Id);
    }

    [Theory]
    [InlineData("servers_of_project", "p")]
    [InlineData("servers_of_project", "p", "", "", "marker")]
    [InlineData("servers_of_project", "p", "name")]
    [InlineData("servers_of_project_by_name", "p", "", "name")]
    [InlineData("servers_of_project_by_name", "p", "", "name", "marker")]
    [InlineData("servers_of_project_by_change", "p", "", "updated_at")]
    [InlineData("servers_by_state", "p", "vm_state")]
    [InlineData("servers_by_state", "p", "vm_state", "", "marker")]
    [InlineData("servers_by_image", "p", "image_id")]
    [InlineData("servers_by_flavor", "p", ServerColumns.FlavorId)]
    [InlineData("servers_by_age", null)]
    [InlineData("servers_by_age", null, "", "", "marker")]
    public async Task A_list_is_read_in_its_order_by_an_index(
        string index, string? project, string filter = "", string sort = "", string marker = "")
    {
        var servers = await AddServersAsync(Enumerable.Range(0, 1000).Select(number => NamedServer($"vm{number}") with
        {
            ProjectId = number % 20 == 0 ? "p" : $"p{number % 20}",
            CreatedAt = Now.AddSeconds(number),
        }));
        var plan = await PlanAsync(new ServerQuery
        {
            ProjectId = project,
            Conditions = filter switch
            {
                "" => [],
                "name" => [SqlCondition.Contains("name", "x")],
                _ => [SqlCondition.Is(filter, "x")],
            },
            Sorting = sort.Length == 0
                ? ServerSorting.NewestFirst
                : ServerSorting.By([SortKeys.Single(key => key.Column == sort)]),
        }, marker.Length == 0 ? null : servers[500]);
        Assert.Matches($@"\b{index}\b", plan);
        AssertSortsNothing(plan);
    }

    private static void AssertSortsNothing(string plan) => Assert.DoesNotContain(
        "SORT", plan.Replace("TEMP B-TREE", "SORT", StringComparison.Ordinal).ToUpperInvariant(),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("servers_of_project_by_change", "p")]
    [InlineData("servers_by_change", null)]
    public async Task What_changed_lately_is_read_by_an_index(string index, string? project)
    {
        await AddServersAsync(Enumerable.Range(0, 300).Select(number => NamedServer("vm") with
        {
            ProjectId = number % 3 == 0 ? "p" : "other",
            UpdatedAt = Now.AddMinutes(-number),
        }));
        Assert.Matches($@"\b{index}\b", await PlanAsync(
            new ServerQuery { ProjectId = project, Deleted = null, ChangesSince = Now.AddMinutes(-6) }, after: null));
    }

    [Fact]
    public async Task Running_actions_are_found_by_an_index()
        => Assert.Matches(@"\bservers_running\b", await PlanAsync(WatchedServers.Running, new DynamicParameters()));

    /// <summary>How the store reads a statement; it prefers indexes even for a few rows.</summary>
    private protected abstract Task<string> PlanAsync(string sql, DynamicParameters values);

    private ServerLists Lists => new(Database);

    private Task<string> PlanAsync(ServerQuery query, Server? after)
    {
        var (sql, values) = query.Page(after, Page);
        return PlanAsync(sql, values);
    }

    private async Task<List<Server>> WalkAsync(ServerQuery query)
    {
        var seen = new List<Server>();
        while (true)
        {
            var page = await Lists.ListAsync(
                query with { Limit = Page, Marker = seen.Count == 0 ? null : seen[^1].Id }, Token);
            seen.AddRange(page);
            if (page.Count < Page)
                return seen;
        }
    }

    private static (ServerQuery Query, Predicate<Server> Matches) RandomQuery(Random random)
    {
        var filters = random.GetItems(Filters, random.Next(3));
        var keys = random.GetItems(SortKeys, random.Next(3))
            .Select(key => key with { IsDescending = random.Next(2) == 0 }).ToList();
        var project = random.Next(2) == 0 ? "p" : null;
        bool? deleted = random.Next(3) switch { 0 => null, 1 => true, _ => false };
        DateTime? since = random.Next(3) == 0 ? Now.AddSeconds(1) : null;
        return (new ServerQuery
        {
            ProjectId = project,
            Deleted = deleted,
            ChangesSince = since,
            Conditions = [.. filters.Select(filter => filter.InSql)],
            Predicates = random.Next(3) == 0 ? [server => server.Labels.LaunchIndex != 1] : [],
            Sorting = keys.Count == 0 ? ServerSorting.NewestFirst : ServerSorting.By(keys),
        }, server => (project is null || server.ProjectId == project) && (deleted is null || server.Deleted == deleted)
            && (since is null || server.UpdatedAt >= since) && filters.All(filter => filter.Same(server)));
    }

    private static Server RandomServer(Random random)
    {
        var flavor = $"{random.Next(3)}";
        return NamedServer(random.GetItems(["a", "B", "ab_c", "%", "記録"], 1)[0]) with
        {
            ProjectId = random.Next(3) == 0 ? "other" : "p",
            ImageId = $"i{random.Next(3)}",
            Flavor = new ServerFlavor(flavor, $"m{flavor}", 1, 128, 1),
            Labels = new ServerLabels
            {
                LaunchIndex = random.Next(3),
                Key = Any(random, null, "a", "B") is { } key ? new ServerKey(key, "ssh", "k") : null,
                AccessIpv4 = Any(random, "", "10.0.0.1", "10.0.0.2")!,
                AccessIpv6 = Any(random, "", "fd00::1")!,
                DiskConfig = Any(random, "AUTO", "MANUAL")!,
                ConfigDrive = random.Next(2) == 0,
                PinnedZone = Any(random, null, "z1", "z2"),
            },
            VmState = random.GetItems([VmStates.Active, VmStates.Stopped, VmStates.Error], 1)[0],
            PowerState = random.Next(2) == 0 ? MachineState.Running : MachineState.Paused,
            Host = random.Next(3) == 0 ? null : $"h{random.Next(3)}",
            LockedBy = random.Next(3) == 0 ? "owner" : null,
            CreatedAt = Now.AddSeconds(random.Next(9)),
            UpdatedAt = Now.AddSeconds(random.Next(3)),
            LaunchedAt = random.Next(3) == 0 ? null : Now.AddSeconds(random.Next(9)),
            Deleted = random.Next(4) == 0,
        };
    }

    private static Server NamedServer(string name) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        ProjectId = "p",
        UserId = "u",
        ImageId = "i",
        Flavor = new ServerFlavor("42", "m1.nano", 1, 128, 1),
        VmState = VmStates.Active,
        CreatedAt = Now,
        UpdatedAt = Now,
    };

    private async Task<IReadOnlyList<Server>> AddServersAsync(IEnumerable<Server> servers)
    {
        var all = servers.ToList();
        await Database.WriteAsync(async connection =>
        {
            foreach (var server in all)
                await connection.ExecuteAsync(ServerRow.Insert, ServerRow.Of(server));
            return 0;
        }, Token);
        return all;
    }
}
