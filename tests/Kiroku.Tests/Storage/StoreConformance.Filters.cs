using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Dapper;
using Kiroku.Hypervisors;
using Kiroku.Servers.Api;
using Kiroku.Servers.Lists;
using Kiroku.Servers.State;
using Kiroku.Servers.Views;

namespace Kiroku.Tests.Storage;

/// <summary>The filters of lists of servers that SQL tells, beside what .NET filters.</summary>
public abstract partial class StoreConformance
{
    private static readonly Dictionary<string, Func<Server, string?>> Texts = new()
    {
        ["kernel_id"] = _ => "",
        ["root_device_name"] = _ => "/dev/vda",
        ["hostname"] = Hostnames.Of,
        ["key_name"] = server => server.Labels.Key?.Name,
        ["node"] = server => server.Host,
        ["reservation_id"] = server => server.Labels.ReservationId,
        ["availability_zone"] = server => server.AvailabilityZone,
        ["name"] = server => server.Name,
        ["display_description"] = server => server.Description,
        ["locked_by"] = server => server.LockedBy,
        ["config_drive"] = server => server.Labels.ConfigDrive ? "True" : "",
        ["auto_disk_config"] = server => server.Labels.DiskConfig == "AUTO" ? "1" : "0",
        ["power_state"] = server => ((int)server.PowerState).ToString(CultureInfo.InvariantCulture),
        ["progress"] = server => server.Progress.ToString(CultureInfo.InvariantCulture),
        ["access_ip_v4"] = server => server.Labels.AccessIpv4,
        ["access_ip_v6"] = server => server.Labels.AccessIpv6,
        ["ip"] = server => ServerAddresses.First(server, AddressFamily.InterNetwork),
        ["ip6"] = server => ServerAddresses.First(server, AddressFamily.InterNetworkV6),
    };

    private static readonly string[] Patterns =
    [
        "a", "A", "web", "^web", "web$", "^web-1$", "w.b", "we?b", "we*b1*", "we+b", "we{0,1}b", "w[e]b", "web|db",
        "(web)?db", "w_b", "w%b", @"w\.b", @"\.1", "10.0.0.1", @"^10\.0\.0\.1$", "fd00::1", "fd00", "1", "^1", "[13]",
        "0", "100", "true", "T", "own", "z1", "h1", "r-1", "^$", "/dev/vda", "é", "x",
    ];

    private static readonly string[] TagPieces = ["red", "RED", "green", "a]", "\"", "é", "q'", "+"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_filter_finds_what_its_pattern_matches(int seed)
    {
        var all = await AddLabelledServersAsync(seed);
        foreach (var (name, text) in Texts)
        {
            foreach (var pattern in Patterns)
            {
                var regex = new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
                var expected = all.Where(server => text(server) is { } found && regex.IsMatch(found));
                AssertSame(expected, await FilterAsync(name, pattern), $"{name}={pattern}");
            }
        }
    }

    [Fact]
    public async Task Filters_by_tags_and_by_number_find_what_is_so()
    {
        var all = await AddLabelledServersAsync(3);
        var random = new Random(4);
        for (var round = 0; round < 60; round++)
        {
            var named = random.GetItems(TagPieces, random.Next(1, 4));
            var value = string.Join(',', named);
            foreach (var (name, isSo) in new (string, Func<IReadOnlyList<string>, bool>)[]
            {
                ("tags", tags => named.All(tags.Contains)),
                ("tags-any", tags => named.Any(tags.Contains)),
                ("not-tags", tags => !named.All(tags.Contains)),
                ("not-tags-any", tags => !named.Any(tags.Contains)),
            })
                AssertSame(
                    all.Where(server => isSo(server.Labels.Tags)), await FilterAsync(name, value), $"{name}={value}");
        }
        foreach (var value in (string[])["0", "1", "2", "-1", "01", " 1", "x", ""])
            AssertSame(
                all.Where(server => server.Labels.LaunchIndex.ToString(CultureInfo.InvariantCulture) == value),
                await FilterAsync("launch_index", value), $"launch_index={value}");
    }

    [Fact]
    public async Task Any_number_of_tags_may_be_named()
    {
        var all = await AddLabelledServersAsync(5);
        var many = string.Join(',', Enumerable.Range(0, 4000).Append(4001));
        AssertSame([], await FilterAsync("tags", many), "tags");
        AssertSame(all, await FilterAsync("not-tags-any", many), "not-tags-any");
    }

    /// <summary>Nobody wrote these values before there were such labels.</summary>
    [Fact]
    public async Task A_row_without_labels_has_their_defaults()
    {
        var server = Assert.Single(await AddServersAsync([NamedServer("old")]));
        await Database.WriteAsync(db => db.ExecuteAsync("UPDATE servers SET labels = '{}'"), Token);
        foreach (var (name, value) in new[]
        {
            ("launch_index", "0"), ("not-tags", "red"), ("auto_disk_config", "0"), ("access_ip_v4", "^$"),
            ("reservation_id", "^$"), ("config_drive", "^$"),
        })
            AssertSame([server], await FilterAsync(name, value), name);
        AssertSame([], await FilterAsync("key_name", "x"), "key_name");
        foreach (var key in LabelKeys)
            Assert.Single(await WalkAsync(new ServerQuery { Sorting = ServerSorting.By([key]) }));
    }

    [Theory]
    [InlineData("key_name", "k")]
    [InlineData("tags", "red,green")]
    [InlineData("availability_zone", "z1")]
    [InlineData("launch_index", "1")]
    [InlineData("power_state", "1")]
    [InlineData("ip", "10.0.0.1")]
    public async Task What_has_no_index_is_looked_for_in_the_order_of_the_list(string name, string value)
    {
        await AddServersAsync(Enumerable.Range(0, 1000).Select(
            number => NamedServer("vm") with { ProjectId = $"p{number % 20}", CreatedAt = Now.AddSeconds(number) }));
        var plan = await PlanAsync(
            new ServerQuery { ProjectId = "p1", Conditions = [ServerFilters.Of(name, value).InSql!] }, after: null);
        Assert.Matches(@"\bservers_of_project\b", plan);
        Assert.DoesNotContain("FOR ORDER BY", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
    }

    private static void AssertSame(IEnumerable<Server> expected, IEnumerable<Server> found, string what)
        => Assert.True(
            expected.Select(server => server.Id).ToHashSet().SetEquals(found.Select(server => server.Id)), what);

    private Task<IReadOnlyList<Server>> FilterAsync(string name, string value)
    {
        var (inSql, inRow) = ServerFilters.Of(name, value);
        return Lists.ListAsync(new ServerQuery
        {
            Conditions = inSql is null ? [] : [inSql],
            Predicates = inRow is null ? [] : [inRow],
        }, Token);
    }

    private async Task<IReadOnlyList<Server>> AddLabelledServersAsync(int seed)
    {
        var random = new Random(seed);
        await Database.WriteAsync(
            db => db.ExecuteAsync(
                """
                INSERT INTO nodes (name, number, folder, roles, zone, address, version, started_at, seen_at)
                VALUES ('h1', 1, 'f', 'compute', 'z1', 'a', 'v', @Now, @Now)
                """, new { Now }), Token);
        return
        [
            .. (await AddServersAsync(Enumerable.Range(0, 80).Select(_ => LabelledServer(random))))
                .Select(server => server with { Zone = server.Host == "h1" ? "z1" : null }),
        ];
    }

    private static Server LabelledServer(Random random) => RandomServer(random) with
    {
        ProjectId = "p",
        Deleted = false,
        Name = Any(random, "web", "Web-1", "web-10", "weeb", "wb", "w_b", "w%b", "w.b", "db", "É", "kernel")!,
        Description = Any(random, null, "a web", "é", "w%b"),
        Progress = random.Next(3) * 50,
        PowerState = random.GetItems(Enum.GetValues<MachineState>(), 1)[0],
        LockedBy = Any(random, null, "owner", "admin"),
        LaunchedAt = random.Next(2) == 0 ? null : Now,
        Addresses =
        [
            .. random.GetItems(["10.0.0.1", "10.0.0.10", "110.0.0.1", "fd00::1", "fd00::2:1"], random.Next(3))
                .Select(address => new MachineAddress("private", address, "52:54:00:00:00:01")),
        ],
        Labels = new ServerLabels
        {
            Tags = [.. random.GetItems(TagPieces, random.Next(4)).Distinct()],
            Key = Any(random, null, "web", "Key A", "w\"b", "é") is { } name ? new ServerKey(name, "ssh", "k") : null,
            Hostname = Any(random, null, "web", "box"),
            PinnedZone = Any(random, null, "z1", "z2"),
            AccessIpv4 = Any(random, "", "10.0.0.1")!,
            AccessIpv6 = Any(random, "", "fd00::1")!,
            DiskConfig = Any(random, "AUTO", "MANUAL")!,
            ConfigDrive = random.Next(2) == 0,
            ReservationId = Any(random, "", "r-1", "r-10")!,
            LaunchIndex = random.Next(3),
            UserData = Any(random, null, "red"),
        },
    };

    private static string? Any(Random random, params string?[] values) => random.GetItems(values, 1)[0];
}
