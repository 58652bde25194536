using Kiroku.Storage.Sqlite;
using Kiroku.Tests.Servers.ManyHosts;
using Kiroku.Tests.Storage;
using static System.StringComparison;

namespace Kiroku.Tests.Servers;

/// <summary>
/// How many statements of writing an action takes from its acceptance to its end, with everything around them
/// (BEGIN, COMMIT, savepoints). The numbers may only shrink.
/// </summary>
public sealed class StatementsTests
{
    private const string Stop = """{"os-stop":null}""";
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";

    [Theory]
    [InlineData(Stop, 12)]
    [InlineData(Resize, 59)]
    public async Task An_action_takes_no_more_statements_of_SQLite(string body, int most)
    {
        await using var cloud = await Cloud.StartAsync(
            folder => new SqliteDatabase(Path.Combine(folder, "kiroku.db")), Cloud.Unwatched);
        var log = new SqliteStatementLog();
        await log.AttachAsync(cloud.Database);
        var server = await cloud.CreateServerAsync();
        log.Clear();

        await cloud.DoAsync(server, body);

        AssertAtMost(most, log);
    }

    [Theory]
    [InlineData(Stop, 5)]
    [InlineData(Resize, 32)]
    public async Task An_action_takes_no_more_statements_of_PostgreSQL(string body, int most)
    {
        var (database, log) = await PostgresStatementLog.CreateAsync();
        await using var cloud = await HostsCloud.StartAsync(
            database, [new HostNode("a")], Cloud.Unwatched, ("Scheduling:AllowResizeToSameHost", "true"));
        var server = await cloud.CreateServerAsync();
        log.Clear();

        await cloud.DoAsync(server, body);

        AssertAtMost(most, log);
    }

    [Fact]
    public async Task PostgreSQL_is_told_of_no_transaction_around_a_single_read()
    {
        var (database, log) = await PostgresStatementLog.CreateAsync();
        await using var cloud = await HostsCloud.StartAsync(database, [new HostNode("a")], Cloud.Unwatched);
        var server = await cloud.CreateServerAsync();
        log.Clear();

        await cloud.DoAsync(server, Stop);

        Assert.Contains(log.Reads, one => one.Count == 1);
        Assert.DoesNotContain(log.Reads, one => one is [var begin, _, _] && begin.StartsWith("BEGIN", Ordinal));
    }

    private static void AssertAtMost(int most, StatementLog log)
    {
        var writes = log.Writes.ToList();
        var count = writes.Sum(one => one.Count);
        var all = string.Join("\n\n", writes.Select(one => string.Join('\n', one)));
        Assert.True(count > 0 && count <= most, $"{count} statements in {writes.Count} transactions:\n{all}");
    }
}
