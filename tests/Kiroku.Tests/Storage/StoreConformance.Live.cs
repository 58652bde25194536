using Dapper;
using Kiroku.Actions;
using Kiroku.Actions.Live;
using Kiroku.Actions.Live.Filters;
using Kiroku.Servers.State;
using Kiroku.Tests.Actions;

namespace Kiroku.Tests.Storage;

/// <summary>The record over all servers: its pages, filters, walls and indexes.</summary>
public abstract partial class StoreConformance
{
    private const string Mine = "00000000000000000000000000000001";

    private static readonly string[] LiveConditions =
    [
        "outcome = failed", "outcome = interrupted", "outcome = running", "outcome = succeeded", "outcome != failed",
        "done = true", "done = false", "done != true", "action = stop", "action = re*", "user_id:*", "user_id = u1",
        "server.name = vm1", "server.name:vm*", "server.id = SERVER", "server.id != SERVER", "request_id = REQUEST",
        "project_id = p", "start_time >= 2016-11-30T01:15:00", "start_time < 2016-11-30T01:16:00",
        "finish_time > 2016-11-30T01:15:30", "duration_ms > 4000", "duration_ms <= 2000",
        "attempts.result = Error", "attempts.event = step", "attempts.details : space",
    ];

    /// <summary>Projects of all forms that ids of projects have in the store.</summary>
    private static readonly string[] LiveProjects = ["p", Mine, "fifteen letters", "KEYSTONE's own ü"];

    private FirstGeneration Generation { get => field ??= new FirstGeneration(Database); set; }

    private LiveRecord Live => new(Database, Generation, new RecordedServers());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Pages_of_the_live_record_hold_what_fulfils_the_filter_in_order(int seed)
    {
        var random = new Random(seed);
        var all = await AddLiveAsync(random, 300);
        for (var round = 0; round < 80; round++)
        {
            var filter = RandomFilter(random, all, depth: 2);
            var query = new LiveQuery(random.Next(1, 40))
            {
                ProjectId = random.Next(4) == 0 ? null : random.GetItems(LiveProjects, 1)[0],
                Filter = FilterParser.Parse(filter),
                IsAscending = random.Next(2) == 0,
            };
            var expected = all.Where(action => query.ProjectId is null || action.Action.OwnerId == query.ProjectId)
                .Where(action => query.Filter!.Matches(action)).Select(Key);
            Assert.Equal(
                (filter, string.Join('\n', query.IsAscending ? expected : expected.Reverse())),
                (filter, string.Join('\n', (await WalkAsync(query)).Select(Key))));
        }
    }

    [Fact]
    public async Task What_runs_is_counted_by_the_index_of_what_runs()
        => Assert.Matches(
            @"\brecords_running\b", await PlanAsync(RunningActions.Running, new DynamicParameters()));

    [Fact]
    public async Task Pages_of_the_live_record_hold_each_action_once_while_others_are_accepted()
    {
        foreach (var ascending in new[] { true, false })
        {
            var server = await AddHistoryAsync(20);
            var before = (await WalkAsync(new LiveQuery(1000))).Select(Key).ToList();
            var added = 100;
            var seen = (await WalkAsync(new LiveQuery(3) { IsAscending = ascending }, async () =>
            {
                if (added < 110)
                    await LongHistory.AddActionsAsync(Database, server, added++, 1, Now);
            })).Select(Key).ToList();
            Assert.Equal(seen.Distinct(), seen);
            Assert.Equal(ascending ? added - 100 : 0, seen.Except(before).Count());
            Assert.Empty(before.Except(seen));
        }
    }

    [Fact]
    public async Task A_page_reads_a_bounded_number_of_rows_even_if_it_finds_nothing()
    {
        await AddHistoryAsync(2 * LiveRecord.MostRows + 1);
        var query = new LiveQuery(10) { Filter = FilterParser.Parse("action = stop") };
        var next = new List<long?>();
        do
        {
            var page = await Live.ListAsync(query, Token);
            Assert.Empty(page.Actions);
            next.Add(page.Next);
            query = query with { After = page.Next };
        }
        while (query.After is not null);
        Assert.Equal(3, next.Count);
        Assert.Equal(LiveRecord.MostRows, next[0] - next[1]);
    }

    [Fact]
    public async Task What_changes_after_a_page_was_read_is_told_from_its_position_on()
    {
        var server = await AddHistoryAsync(3);
        var page = await Live.ListAsync(new LiveQuery(2), Token);
        await LongHistory.AddActionsAsync(Database, server, 9, 1, Now);
        Assert.Contains(
            "req-9", (await Feed.ReadAsync(page.Now, 100, Token)).Entries
                .Select(entry => entry.Recorded.Action.RequestId));
        var read = await Live.FindAsync(server, "req-2", Token);
        Assert.Contains(
            "req-3", (await Feed.ReadAsync(read.Now.Of(read.Action!.Action), 100, Token)).Entries
                .Select(entry => entry.Recorded.Action.RequestId));
    }

    [Fact]
    public async Task An_action_belongs_to_its_servers_project_whoever_began_it()
    {
        foreach (var project in LiveProjects)
        {
            var server = await AddLiveServerAsync("vm", project);
            foreach (var (number, caller) in LiveProjects.Append(null).Index())
            {
                var shape = Shape(server, number, Outcomes.Succeeded, Now);
                await InsertAsync(shape with { Action = shape.Action with { ProjectId = caller } });
                var (_, found, _) = await Live.FindAsync(server, $"{Request}{number}", Token);
                Assert.Equal((caller, project), (found!.Action.ProjectId, found.Action.OwnerId));
            }
            Assert.Equal(
                LiveProjects.Length + 1, (await WalkAsync(new LiveQuery(100) { ProjectId = project })).Count);
        }
    }

    [Fact]
    public async Task The_live_record_tells_the_actions_of_an_earlier_version_before_and_after_they_moved()
    {
        var (mine, other) = (await AddLiveServerAsync("mine", Mine), await AddLiveServerAsync("other", "p"));
        foreach (var earlier in Shapes(mine).Zip(Shapes(other)).SelectMany(pair => new[] { pair.First, pair.Second }))
            await AddEarlierAsync(earlier);
        await Database.WriteAsync(connection => connection.ExecuteAsync(
            StartAfterEarlier), Token);
        await LongHistory.AddActionsAsync(Database, mine, 1, 5, Now);
        await Generation.CheckAsync(Token);
        Assert.True(Generation.IsPresent);
        var mineAlone = new LiveQuery(4) { ProjectId = Mine };
        var failed = mineAlone with { ProjectId = null, Filter = FilterParser.Parse("outcome = failed") };
        var expected = await WalkAsync(mineAlone);
        Assert.Equal(14, expected.Count);
        Assert.All(expected, action => Assert.Equal("mine", action.ServerName));
        do
        {
            Assert.Equal(expected.Select(Key), (await WalkAsync(mineAlone)).Select(Key));
            Assert.Equal(
                expected.Select(Key).Reverse(), (await WalkAsync(mineAlone with { IsAscending = true })).Select(Key));
            Assert.Equal(2, (await WalkAsync(failed)).Count);
        }
        while (await Generation.MoveAsync(3, Token) > 0);
        await Generation.CheckAsync(Token);
        Assert.False(Generation.IsPresent);
        Assert.Equal(expected.Select(Key), (await WalkAsync(mineAlone)).Select(Key));
    }

    [Theory]
    [InlineData("records_of_project", "p3", "")]
    [InlineData("records_of_project", "p3", "action = stop")]
    [InlineData("records_failed_of_project", "p3", "outcome = failed")]
    [InlineData("records_failed", null, "outcome = failed OR outcome = interrupted")]
    [InlineData("records_failed", null,
        "done = true AND NOT (outcome = succeeded OR outcome = succeeded_after_retries)")]
    [InlineData("records_running", "p3", "done = false")]
    [InlineData("records_running", null, "outcome = running")]
    [InlineData("records_of_server", "p3", "server.id = 6f0a1cbb-0000-4000-8000-000000000000")]
    [InlineData("records_by_request", "p3", "action = stop AND request_id = req-7")]
    public async Task The_live_record_is_read_by_an_index(string index, string? project, string filter)
    {
        for (var number = 0; number < 20; number++)
        {
            var server = await AddLiveServerAsync("vm", $"p{number}");
            // A project with few actions: walking through all projects' would take long.
            await LongHistory.AddActionsAsync(Database, server, 1, number == 3 ? 5 : 50, Now);
            await InsertAsync(Shape(server, 1, number < 3 ? Outcomes.Failed : Outcomes.Succeeded, Now));
            await InsertAsync(Shape(server, 2, number < 3 ? Outcomes.Running : Outcomes.Succeeded, Now));
        }
        foreach (var ascending in new[] { true, false })
        {
            var query = new LiveQuery(10)
            {
                ProjectId = project,
                Filter = FilterParser.Parse(filter),
                IsAscending = ascending,
                // Behind a few of the rows: with hardly any left, their number decides, and not the index.
                After = ascending ? 10 : 1000,
            };
            var (sql, values) = query.Walk(50).Write();
            // A request has few actions, which are sorted after they were read.
            if (index == "records_by_request")
                sql = sql[..sql.IndexOf(" ORDER BY", StringComparison.Ordinal)];
            var named = new DynamicParameters();
            foreach (var (place, value) in values.Index())
                named.Add($"{place}", value);
            var plan = await PlanAsync($"SELECT r.id, r.attempts FROM records r {sql}", named);
            Assert.Matches($@"\b{index}\b", plan);
            Assert.DoesNotContain("SORT", plan.Replace("TEMP B-TREE", "SORT", StringComparison.Ordinal)
                .ToUpperInvariant(), StringComparison.Ordinal);
        }
    }

    /// <summary>Makes new ids begin after those of earlier actions, as the migration does.</summary>
    private protected abstract string StartAfterEarlier { get; }

    private static string Key(LiveAction action) => $"{action.Action.ServerId} {action.Action.RequestId}";

    private async Task<List<LiveAction>> WalkAsync(LiveQuery query, Func<Task>? between = null)
    {
        var seen = new List<LiveAction>();
        while (true)
        {
            var page = await Live.ListAsync(query, Token);
            Assert.True(page.Actions.Count <= query.PageSize);
            seen.AddRange(page.Actions);
            if (page.Next is null)
                return seen;
            query = query with { After = page.Next };
            if (between is not null)
                await between();
        }
    }

    private async Task<Guid> AddLiveServerAsync(string name, string project)
    {
        var server = Guid.NewGuid();
        await LongHistory.AddServerAsync(Database, server, Now, deleted: project.Length % 2 == 0);
        await Database.WriteAsync(connection => connection.ExecuteAsync(
            "UPDATE servers SET name = @name, project_id = @project WHERE id = @server", new { server, name, project }),
            Token);
        return server;
    }

    private Task<int> InsertAsync(RecordedAction recorded)
        => Database.WriteAsync(
            connection => connection.ExecuteAsync(RecordRow.InsertFirst, RecordRow.Of(recorded)), Token);

    /// <summary>Actions of several servers and projects, in the order of their acceptance.</summary>
    private async Task<List<LiveAction>> AddLiveAsync(Random random, int count)
    {
        var servers = new List<(Guid Id, string Name, string Project)>();
        for (var number = 0; number < 12; number++)
        {
            var (name, project) = ($"vm{number % 3}", LiveProjects[number % LiveProjects.Length]);
            servers.Add((await AddLiveServerAsync(name, project), name, project));
        }
        var all = new List<LiveAction>();
        for (var number = 0; number < count; number++)
        {
            var server = random.GetItems(servers.ToArray(), 1)[0];
            var outcome = random.GetItems(Outcomes.All.ToArray(), 1)[0];
            // Times out of order, as clocks of several nodes make them.
            var began = Now.AddSeconds(random.Next(120));
            DateTime? ended = outcome == Outcomes.Running ? null : began.AddSeconds(random.Next(6));
            var failed = Event("step") with
            {
                StartTime = began,
                FinishTime = ended ?? began,
                Result = random.Next(2) == 0 ? EventResults.Error : EventResults.Success,
                Details = random.Next(2) == 0 ? "No space left" : null,
            };
            var shape = Shape(server.Id, number, outcome, ended, random.Next(3) == 0 ? [] : [failed]);
            var action = shape.Action with
            {
                // One request may have begun actions of several servers.
                RequestId = $"req-{random.Next(count / 2)}-{number % 2}",
                Action = random.GetItems([ActionNames.Stop, ActionNames.Reboot, ActionNames.Resize], 1)[0],
                UserId = random.Next(4) == 0 ? null : $"u{random.Next(2)}",
                ProjectId = random.Next(4) == 0 ? "p" : server.Project,
                OwnerId = server.Project,
                StartTime = began,
                UpdatedAt = ended ?? began,
                Arguments = null,
            };
            if (all.Exists(other => other.Action.ServerId == server.Id && other.Action.RequestId == action.RequestId))
                continue;
            var recorded = shape with { Action = action };
            await InsertAsync(recorded);
            all.Add(new LiveAction(recorded, server.Name));
        }
        return all;
    }

    private static string RandomFilter(Random random, List<LiveAction> all, int depth)
    {
        if (depth == 0 || random.Next(4) == 0)
        {
            var some = random.GetItems(all.ToArray(), 1)[0].Action;
            return random.GetItems(LiveConditions, 1)[0]
                .Replace("SERVER", $"{some.ServerId}", StringComparison.Ordinal)
                .Replace("REQUEST", some.RequestId, StringComparison.Ordinal);
        }
        var (one, other) = (RandomFilter(random, all, depth - 1), RandomFilter(random, all, depth - 1));
        return random.Next(4) switch
        {
            0 => $"NOT ({one})",
            1 => $"({one}) OR ({other})",
            2 => $"{one} AND {other}",
            _ => $"({one}) AND ({other})",
        };
    }
}
