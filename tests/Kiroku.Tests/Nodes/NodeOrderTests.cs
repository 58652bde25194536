using Dapper;
using Kiroku.Nodes;
using Kiroku.Tests.Fakes;

namespace Kiroku.Tests.Nodes;

/// <summary>Which nodes watch which, and what that costs the store.</summary>
public sealed class NodeOrderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(5, 5)]
    [InlineData(500, NodeOrder.Watched)]
    public async Task What_a_node_reads_of_others_does_not_grow_with_their_number(int others, int read)
    {
        using var desk = await NodeDesk.OpenAsync();
        await OtherNodes.AddManyAsync(desk.Database, others);
        NodeLook? look = null;
        desk.Database.AfterRead = found =>
        {
            look ??= found as NodeLook;
            return Task.CompletedTask;
        };
        await desk.Report.StartAsync(Token);

        await desk.Watch.StartAsync(Token);

        await desk.UntilAsync(() => Task.FromResult(look is not null));
        Assert.Equal((read, 0), (look!.Watched.Count, look.Draining.Count));
    }

    [Theory]
    [InlineData(NodeOrder.Following)]
    [InlineData(NodeOrder.First)]
    [InlineData(NodeOrder.Draining)]
    public async Task No_statement_that_every_node_repeats_reads_all_rows(string sql)
    {
        using var desk = await NodeDesk.OpenAsync();
        await OtherNodes.AddManyAsync(desk.Database, 1000);

        var plan = await desk.Database.WriteAsync(async db =>
        {
            await db.ExecuteAsync("ANALYZE nodes");
            var values = new { Folder = "-05000", Name = "", Most = NodeOrder.Watched, since = DateTime.UnixEpoch };
            return await db.QueryAsync<string>($"EXPLAIN {sql}", values);
        }, Token);

        Assert.DoesNotContain(plan, line => line.Contains("Seq Scan", StringComparison.Ordinal)
            || line.Contains("Sort", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(12, 1)]
    [InlineData(12, 3)]
    [InlineData(20, 2)]
    [InlineData(39, 1)]
    public async Task Whichever_nodes_fall_silent_each_is_noticed_by_some_that_do_not(int silent, int step)
    {
        const int All = 40;
        using var desk = await NodeDesk.OpenAsync();
        await OtherNodes.AddManyAsync(desk.Database, All);
        var nodes = (await OtherNodes.ListAsync(desk.Database))
            .OrderBy(node => node.Folder, StringComparer.Ordinal).ToList();
        // From a place on and over the end.
        var gone = Enumerable.Range(0, silent).Select(number => nodes[(30 + (number * step)) % All].Name).ToHashSet();
        foreach (var name in gone)
            await OtherNodes.SetSeenAsync(desk.Database, name, OtherNodes.LongAgo);

        var noticed = new List<string>();
        foreach (var node in nodes.Where(node => !gone.Contains(node.Name)))
        {
            var look = await desk.Order.LookAsync(node.Name, node.Folder, Token);
            noticed.AddRange(look.Silent.Select(found => found.Name).Distinct());
        }

        Assert.Equal(gone.Order(), noticed.Distinct().Order());
        Assert.All(noticed.GroupBy(name => name), notices => Assert.True(
            notices.Count() >= Math.Min(NodeOrder.Watched, All - silent), $"{notices.Key}: {notices.Count()}"));
    }

    [Fact]
    public async Task A_node_hears_of_all_that_take_no_new_work_and_have_not_left()
    {
        using var desk = await NodeDesk.OpenAsync();
        await OtherNodes.AddManyAsync(desk.Database, 30);
        await desk.Database.WriteAsync(
            db => db.ExecuteAsync("""
                UPDATE nodes SET draining = 1 WHERE name IN ('node 3', 'node 17', 'node 30');
                UPDATE nodes SET silo = NULL WHERE name = 'node 17'
                """), Token);

        var look = await desk.Order.LookAsync("own", desk.Self.Folder, Token);

        Assert.Equal(["127.0.0.1:1@3", "127.0.0.1:1@30"], look.Draining.Order());
    }

    [Theory]
    [InlineData(2, 0, true)]
    [InlineData(3, 0, false)]
    [InlineData(500, 0, false)]
    [InlineData(3, 6, true)]
    [InlineData(4, 6, false)]
    [InlineData(3, 1, false)]
    public async Task It_is_the_turn_of_the_first_three_that_have_just_reported(int before, int seconds, bool isTurn)
    {
        using var desk = await NodeDesk.OpenAsync();
        await desk.Report.StartAsync(Token);
        await OtherNodes.SetSeenAsync(desk.Database, "own", OtherNodes.ForEver);
        await OtherNodes.AddManyAsync(desk.Database, before);
        // One of them has not reported for some seconds.
        await desk.Database.WriteAsync(
            db => db.ExecuteAsync("""
                UPDATE nodes SET seen_at = to_char((clock_timestamp() - @seconds * interval '1 second')
                    AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') WHERE name = 'node 2'
                """, new { seconds }), Token);

        Assert.Equal(isTurn, await desk.Turn.HasAsync(Token));
    }
}
