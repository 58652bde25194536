using Kiroku.Hypervisors;
using Kiroku.Scheduling;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Scheduling;

public sealed class SchedulerTests
{
    private static readonly Claim Small = new(1, 1000, 10);
    private static readonly SpecToPlace Spec = new(Small);

    [Fact]
    public void Limits_are_the_hosts_capacity_times_the_ratios()
    {
        var scheduler = Of(
            new SchedulingOptions { CpuAllocationRatio = 2, RamAllocationRatio = 1.5, DiskAllocationRatio = 0.5 });
        Assert.Equal(new Claim(8, 1500, 5), scheduler.LimitsOf(new HostCapacity(4, 1000, 10L << 30, 0, "1.0.0")));
    }

    [Fact]
    public void The_host_with_most_room_is_best()
        => Assert.Equal(["c", "a", "b"],
            Order(Spec, Host("a", used: new(4, 4000, 40)), Host("b", used: new(6, 6000, 60)),
                Host("c", used: new(1, 1000, 10))));

    [Fact]
    public void Equal_hosts_are_ordered_by_name()
        => Assert.Equal(["a", "b", "c"], Order(Spec, Host("c"), Host("a"), Host("b")));

    [Fact]
    public void One_of_the_best_is_taken_at_random_if_so_set()
    {
        var scheduler = Of(new SchedulingOptions { ShuffleBestSameWeighedHosts = true });
        HostState[] hosts = [Host("a"), Host("b"), Host("worse", used: Small)];
        var chosen = Enumerable.Range(0, 200).Select(_ => scheduler.Choose(Spec, hosts)).ToHashSet();
        Assert.Equal(["a", "b"], chosen.Order());
    }

    [Fact]
    public void A_multiplier_below_zero_stacks()
    {
        var stacking = new SchedulingOptions
        {
            RamWeightMultiplier = -1,
            CpuWeightMultiplier = -1,
            DiskWeightMultiplier = -1,
        };
        Assert.Equal(
            "b", Of(stacking).Choose(Spec, [Host("a"), Host("b", used: Small), Host("full", used: new(8, 8000, 80))]));
    }

    [Fact]
    public void The_larger_multiplier_decides()
    {
        HostState[] hosts = [Host("memory", used: new(7, 0, 0)), Host("processors", used: new(0, 7000, 0))];
        Assert.Equal("memory", Of(new SchedulingOptions { RamWeightMultiplier = 2 }).Choose(Spec, hosts));
        Assert.Equal("processors", Of(new SchedulingOptions { CpuWeightMultiplier = 2 }).Choose(Spec, hosts));
    }

    [Fact]
    public void A_host_that_lacks_what_is_asked_for_or_does_not_say_what_it_has_is_not_chosen()
    {
        var asking = Spec with { Demands = [new HostDemand("No host has UEFI.", host => host.HasUefi)] };
        Assert.Equal(["c"], Order(
            asking, Host("a"), Host("b") with { Abilities = new() },
            Host("c") with { Abilities = new() { HasUefi = true } }));
    }

    [Fact]
    public void Hosts_that_are_down_disabled_full_elsewhere_or_excluded_are_not_chosen()
    {
        HostState[] hosts =
        [
            Host("down") with { IsUp = false },
            Host("disabled") with { IsEnabled = false },
            Host("processors", used: new(8, 0, 0)),
            Host("memory", used: new(0, 7001, 0)),
            Host("disk", used: new(0, 0, 91)),
            Host("elsewhere") with { Zone = "west" },
            Host("excluded"),
            Host("good", used: new(7, 7000, 70)),
        ];
        Assert.Equal(["good"], Order(Spec with { Zone = "nova", Excluded = ["excluded"] }, hosts));
        Assert.Equal(["elsewhere"], Order(Spec with { Zone = "west" }, hosts));
        Assert.Equal(["good"], Order(Spec with { OnlyHost = "good" }, hosts));
        Assert.Empty(Order(Spec with { OnlyHost = "down" }, hosts));
        Assert.Null(Of(new SchedulingOptions()).Choose(Spec with { OnlyHost = "nobody" }, hosts));
        Assert.Empty(Order(Spec));
    }

    [Fact]
    public void Where_a_server_is_it_takes_up_more_while_it_is_resized()
    {
        var resized = new SpecToPlace(new(1, 1000, 50)) { CurrentHost = "a", ClaimOnCurrent = new(1, 1000, 95) };
        Assert.Equal(["a", "b"], Order(resized, Host("a"), Host("b")));
        Assert.Equal(["b"], Order(resized, Host("a", used: Small), Host("b", used: Small)));
        Assert.Equal(
            ["a", "b"], Order(resized with { ClaimOnCurrent = null }, Host("a", used: Small), Host("b", used: Small)));
    }

    [Theory]
    [InlineData("anti-affinity", 1, null, "c")]
    [InlineData("anti-affinity", 2, null, "c,b")]
    [InlineData("anti-affinity", 3, null, "c,b,a")]
    [InlineData("anti-affinity", 1, "a", "c,a")]
    [InlineData("affinity", 1, null, "b,a")]
    [InlineData("affinity", 1, "a", "b,a")]
    [InlineData("affinity", 1, "c", "c,b,a")]
    [InlineData("soft-affinity", 1, null, "a,b,c")]
    [InlineData("soft-affinity", 1, "b", "b,a,c")]
    [InlineData("soft-anti-affinity", 1, null, "c,b,a")]
    public void A_servers_group_says_which_hosts_it_may_have_or_should(
        string policy, int most, string? current, string order)
    {
        var others = new Dictionary<string, int> { ["a"] = 2, ["b"] = 1 };
        var spec = Spec with { Group = new(policy, most, others), CurrentHost = current };
        var options = new SchedulingOptions
        {
            SoftAffinityWeightMultiplier = 4,
            SoftAntiAffinityWeightMultiplier = 4,
        };
        HostState[] hosts = [Host("a", used: new(2, 2000, 20)), Host("b", used: Small), Host("c")];
        Assert.Equal(order.Split(','), Of(options).Order(spec, hosts));
    }

    [Fact]
    public void The_first_server_of_a_group_may_be_anywhere_and_stays_where_it_is_under_affinity()
    {
        var first = Spec with { Group = new(GroupPolicies.Affinity, 1, new Dictionary<string, int>()) };
        Assert.Equal(["a", "b"], Order(first, Host("a"), Host("b")));
        Assert.Equal(["b"], Order(first with { CurrentHost = "b" }, Host("a"), Host("b")));
    }

    /// <summary>Random hosts and servers.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_chosen_host_is_suitable_and_suitable_hosts_are_always_ordered_alike(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            HostState[] hosts = [
                .. Enumerable.Range(0, random.Next(8)).Select(number => AnyHost(random, $"h{number}"))];
            var spec = AnySpec(random);
            var scheduler = Of(
                new SchedulingOptions
                {
                    RamWeightMultiplier = random.Next(-2, 3),
                    CpuWeightMultiplier = random.Next(-2, 3),
                });

            var order = scheduler.Order(spec, hosts);

            Assert.Equal(hosts.Where(host => Fits(host, spec)).Select(host => host.Name).Order(), order.Order());
            random.Shuffle(hosts);
            Assert.Equal(order, scheduler.Order(spec, hosts));
            Assert.Equal(order.Count > 0 ? order[0] : null, scheduler.Choose(spec, hosts));
        }
    }

    private static bool Fits(HostState host, SpecToPlace spec)
    {
        var claim = host.Name == spec.CurrentHost && spec.ClaimOnCurrent is { } more ? more : spec.Claim;
        return host is { IsUp: true, IsEnabled: true } && (spec.Zone is null || spec.Zone == host.Zone)
            && (spec.OnlyHost is null || spec.OnlyHost == host.Name) && !spec.Excluded.Contains(host.Name)
            && host.Used.Vcpus + claim.Vcpus <= host.Limits.Vcpus
                && host.Used.MemoryMiB + claim.MemoryMiB <= host.Limits.MemoryMiB
            && host.Used.DiskGiB + claim.DiskGiB <= host.Limits.DiskGiB;
    }

    private static HostState AnyHost(Random random, string name)
        => new(name, random.Next(2) == 0 ? "nova" : "west", AnyClaim(random, 9), AnyClaim(random, 7))
        {
            IsUp = random.Next(5) > 0,
            IsEnabled = random.Next(5) > 0,
        };

    private static SpecToPlace AnySpec(Random random) => new(AnyClaim(random, 4))
    {
        Zone = random.Next(3) == 0 ? "west" : null,
        OnlyHost = random.Next(6) == 0 ? "h1" : null,
        Excluded = random.Next(3) == 0 ? ["h0", "h3"] : [],
        CurrentHost = random.Next(2) == 0 ? "h2" : null,
        ClaimOnCurrent = random.Next(2) == 0 ? AnyClaim(random, 6) : null,
    };

    private static Claim AnyClaim(Random random, int most)
        => new(random.Next(most), random.Next(most), random.Next(most));

    private static IReadOnlyList<string> Order(SpecToPlace spec, params HostState[] hosts)
        => Of(new SchedulingOptions()).Order(spec, hosts);

    private static Scheduler Of(SchedulingOptions options) => new(Options.Create(options));

    private static HostState Host(string name, Claim? used = null)
        => new(name, "nova", new(8, 8000, 100), used ?? Claim.None);
}
