using System.Diagnostics;
using Kiroku.Actions;
using Kiroku.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Actions;

/// <summary>
/// Trims a long record to a tenth while it is read and written. KIROKU_FULL=1 makes it a million actions long.
/// </summary>
public sealed class RetentionLoadTests
{
    private const int Histories = 10;
    private static readonly int Each = FullTier.IsOn ? 100_000 : 2_000;

    [Fact]
    public async Task Readers_and_writers_are_not_disturbed_while_nine_tenths_of_the_record_are_removed()
    {
        await using var cloud = await Cloud.StartAsync(("Identity:TokenLifetime", "1.00:00:00"));
        var histories = new List<Guid>();
        for (var i = 0; i < Histories; i++)
        {
            histories.Add(await cloud.CreateServerAsync());
            await LongHistory.AddActionsAsync(
                cloud.Database, histories[i], 1, Each, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
        var gone = Guid.NewGuid();
        await LongHistory.AddServerAsync(cloud.Database, gone, DateTime.UnixEpoch, deleted: true);
        await LongHistory.AddActionsAsync(cloud.Database, gone, 1, Each, DateTime.UnixEpoch);
        using var trimmed = new CancellationTokenSource();
        var others = Enumerable.Range(0, 2).Select(number => ReadAsync(cloud, histories, number, trimmed.Token))
            .Concat(await WritersAsync(cloud, trimmed.Token)).ToList();

        var (removed, servers) = await Task.Run(() => TrimAsync(cloud, Each / 10));

        await trimmed.CancelAsync();
        var counts = await Task.WhenAll(others);
        TestContext.Current.TestOutputHelper?.WriteLine($"{removed} removed; meanwhile {string.Join(", ", counts)}");
        // Each history loses nine tenths but keeps its creation; the deleted server loses everything.
        Assert.Equal((Histories * (Each - (Each / 10) + 1) + Each, 1), (removed, servers));
        var expected = string.Join(
            ' ', Enumerable.Range(Each - (Each / 10) + 1, Each / 10).Select(number => $"req-{number}"));
        foreach (var history in histories)
            Assert.Equal(expected, await LongHistory.LeftAsync(cloud.Database, history));
        Assert.False(await LongHistory.ExistsAsync(cloud.Database, gone));
        await LongHistory.AssertWholeAsync(cloud.Database);
    }

    private static Task<(int Actions, int Servers)> TrimAsync(Cloud cloud, int kept)
    {
        var options = new RetentionOptions
        {
            Living = new() { MaxCount = kept },
            Deleted = new() { MaxAge = TimeSpan.FromDays(30) },
            Pause = TimeSpan.FromMilliseconds(5),
        };
        return new Retention(
            cloud.App.Services.GetRequiredService<RetentionStore>(), new FirstGeneration(cloud.Database),
            cloud.App.Services.GetRequiredService<KeptAnswers>(), Options.Create(options), TimeProvider.System,
            NullLogger<Retention>.Instance).TrimAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Reads the remaining actions, again and again.</summary>
    private static async Task<string> ReadAsync(
        Cloud cloud, List<Guid> histories, int number, CancellationToken trimmed)
    {
        var random = new Random(number);
        var (count, longest) = (0, TimeSpan.Zero);
        for (; !trimmed.IsCancellationRequested; count++)
        {
            var began = Stopwatch.GetTimestamp();
            var address = $"/v2.1/servers/{histories[random.Next(Histories)]}/os-instance-actions";
            var page = await cloud.Demo.GetJsonAsync($"{address}?limit=50", ("OpenStack-API-Version", "compute 2.58"));
            Assert.Equal($"req-{Each}", (string)page["instanceActions"]![0]!["request_id"]!);
            var one = await cloud.Demo.GetJsonAsync(
                $"{address}/req-{Each - random.Next(Each / 10)}", ("OpenStack-API-Version", "compute 2.51"));
            Assert.Equal(LongHistory.EventsEach, one["instanceAction"]!["events"]!.AsArray().Count);
            longest = Longer(longest, began);
        }
        return $"{count} reads, the longest {longest.TotalMilliseconds:F0} ms";
    }

    private static async Task<IEnumerable<Task<string>>> WritersAsync(Cloud cloud, CancellationToken trimmed)
    {
        var servers = new[] { await cloud.CreateServerAsync(), await cloud.CreateServerAsync() };
        return servers.Select(server => WriteAsync(cloud, server, trimmed));
    }

    /// <summary>Acts on a server again and again. It writes only a few hundred actions, fewer than are kept.</summary>
    private static async Task<string> WriteAsync(Cloud cloud, Guid server, CancellationToken trimmed)
    {
        var (count, longest) = (0, TimeSpan.Zero);
        for (; !trimmed.IsCancellationRequested && count < (Each / 10) - 2; count++)
        {
            var began = Stopwatch.GetTimestamp();
            var action = await cloud.DoAsync(server, """{"reboot":{"type":"SOFT"}}""");
            Assert.Equal(Outcomes.Succeeded, action.Action.Outcome);
            longest = Longer(longest, began);
        }
        Assert.Equal(count + 1, (await LongHistory.LeftAsync(cloud.Database, server)).Split(' ').Length);
        return $"{count} actions, the longest {longest.TotalMilliseconds:F0} ms";
    }

    private static TimeSpan Longer(TimeSpan longest, long began)
        => Stopwatch.GetElapsedTime(began) is var taken && taken > longest ? taken : longest;
}
