using Kiroku.Storage.Sqlite;
using Kiroku.Tests.Servers.ManyHosts;
using Kiroku.Tests.Storage;

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
    [InlineData(Stop, 16)]
    [InlineData(Resize, 64)]
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
    [InlineData(Stop, 9)]
    [InlineData(Resize, 35)]
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

    private static void AssertAtMost(int most, StatementLog log)
    {
        var writes = log.Writes.ToList();
        var count = writes.Sum(one => one.Count);
        var all = string.Join("\n\n", writes.Select(one => string.Join('\n', one)));
        Assert.True(count > 0 && count <= most, $"{count} statements in {writes.Count} transactions:\n{all}");
    }
}
