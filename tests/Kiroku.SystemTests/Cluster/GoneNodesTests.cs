using System.Diagnostics;
using System.Text;
using Kiroku.SystemTests.Service;
using Kiroku.Tests.Storage;
using Npgsql;

namespace Kiroku.SystemTests.Cluster;

/// <summary>
/// Nodes that are killed or frozen: the effect on nodes that start meanwhile, and what becomes of them.
/// </summary>
public sealed class GoneNodesTests : IDisposable
{
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("kgn-");
    private readonly StringBuilder output = new();

    public void Dispose() => scratch.Delete(recursive: true);

    [LongFact("it compares times, so the machine must be quiet")]
    public async Task A_start_right_after_all_nodes_were_killed_takes_no_longer_than_any()
    {
        var database = await PostgresServer.CreateDatabaseAsync();
        var usual = Stopwatch.StartNew();
        await using (await StartAsync("a", database))
        await using (await StartAsync("b", database))
        await using (await StartAsync("c", database))
            usual.Stop();

        var again = Stopwatch.StartNew();
        await using var b = await StartAsync("b", database);

        // The first of these three starts is into an empty database.
        Assert.True(
            again.Elapsed < usual.Elapsed, $"It took {again.Elapsed}, three before it {usual.Elapsed}. {output}");
        Assert.Equal(["b"], await ActiveAsync(database));
    }

    [Fact]
    public async Task A_node_that_froze_is_declared_dead_and_ends_as_soon_as_it_thaws()
    {
        var database = await PostgresServer.CreateDatabaseAsync();
        await using var a = await StartAsync("a", database);
        await using var b = await StartAsync("b", database);

        await b.SignalAsync("STOP");
        await Poll.UntilAsync("b to be out", async () => (await ActiveAsync(database)).SequenceEqual(["a"]),
            explain: () => Task.FromResult(output.ToString()));
        await b.SignalAsync("CONT");

        Assert.Equal(1, await b.EndedAsync());
        lock (output)
            Assert.Contains(
                "kiroku: the other nodes count this one as dead", output.ToString(), StringComparison.Ordinal);
        Assert.False(a.HasEnded);
    }

    private Task<ServiceProcess> StartAsync(string name, string database) => ServiceProcess.StartAsync(
        Path.Combine(scratch.FullName, name),
        [new("Hypervisors__Uri", "test:///default"), new("Storage__Database", database)], output, ["--host", name]);

    private static async Task<string[]> ActiveAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT COALESCE(array_agg(name ORDER BY name), '{}') FROM members WHERE status = 3", connection);
        return (string[])(await command.ExecuteScalarAsync())!;
    }
}
