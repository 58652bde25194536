using Dapper;
using Kiroku.Actions;
using Microsoft.Data.Sqlite;

namespace Kiroku.Bench;

/// <summary>Writes a history into a store that no service has open: servers with a hundred finished actions
/// each, of which one failed.</summary>
internal static class FilledStore
{
    public const int ActionsPerServer = 100;
    private const int ServersInOneTransaction = 2000;

    /// <summary>A file of this name says that a kept store is whole, and filled as this version fills it.</summary>
    private const string Marker = "filled-2";

    /// <summary>A data folder with such a store, below a folder or where an earlier run has kept it.</summary>
    public static async Task<string> MakeAsync(string product, string folder, string name, int actions)
    {
        // Filling a store takes minutes. This variable names a folder in which stores are kept for the next run.
        var kept = Environment.GetEnvironmentVariable("KIROKU_BENCH_STORES");
        var data = Path.Combine(kept ?? folder, $"{name}-{actions}");
        if (File.Exists(Path.Combine(data, Marker)))
            return data;
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);
        await using (await Service.StartAsync(product, data))
        {
        }
        Fill(Path.Combine(data, "kiroku.db"), actions);
        await File.WriteAllTextAsync(Path.Combine(data, Marker), "");
        return data;
    }

    /// <summary>Numbered servers of the project demo. Their ids and request ids follow from the numbers.</summary>
    public static void Fill(string file, int actions) => Fill(file, actions, Sql);

    /// <summary>The same with the record in the tables of an earlier version.</summary>
    public static void Fill(string file, int actions, string insertActions)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        // Durability is not needed, because the store can be filled again. cache_size is in KiB.
        connection.Execute("PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000");
        connection.CreateFunction("server", (long number) => Server(number).ToString());
        connection.CreateFunction("request", (long number) => Request(number));
        connection.CreateFunction("server_key", (string id) => CompactId.Of(Guid.Parse(id)));
        connection.CreateFunction("request_key", (long number) => CompactId.OfRequest(Request(number)));
        connection.CreateFunction("owner_key", (string id) => CompactId.OfOwner(id));
        var project = connection.QuerySingle<string>("SELECT id FROM projects WHERE name = 'demo'");
        var servers = actions / ActionsPerServer;
        for (var first = 0; first < servers; first += ServersInOneTransaction)
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(Servers + insertActions, new { project, first, last = Math.Min(first + ServersInOneTransaction, servers) - 1, most = ActionsPerServer }, transaction);
            transaction.Commit();
        }
        connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        connection.Execute("ANALYZE main");
    }

    /// <summary>Ids spread like random ones, but computed from the number.</summary>
    public static Guid Server(long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, unchecked((ulong)number * 0x9E3779B97F4A7C15));
        BitConverter.TryWriteBytes(bytes[8..], unchecked((ulong)(number + 1) * 0xC2B2AE3D27D4EB4F));
        return new Guid(bytes);
    }

    public static string Request(long number) => $"req-{Server(number + 1_000_000_007)}";

    private const string Servers = """
        INSERT INTO servers (id, name, project_id, user_id, image_id, flavor, vm_state, power_state, created_at, updated_at, launched_at)
        WITH RECURSIVE n(number) AS (SELECT @first UNION ALL SELECT number + 1 FROM n WHERE number < @last)
        SELECT server(number), 'vm-' || number, @project, '0123456789abcdef0123456789abcdef', '00000000-0000-0000-0000-000000000000',
            '{"id":"42","name":"m1.nano","vcpus":1,"memory_mib":128,"disk_gib":1}', 'stopped', 4,
            '2026-01-01T00:00:00.000000', '2026-01-02T00:00:00.000000', '2026-01-01T00:00:05.000000'
        FROM n;

        """;

    private const string Sql = """
        INSERT INTO records (id, server, request, action, user_id, project_id, started, changed, outcome, failing, resting, attempts, position)
        WITH RECURSIVE n(number) AS (SELECT @first * @most UNION ALL SELECT number + 1 FROM n WHERE number < (@last + 1) * @most - 1),
            t(number, began) AS (SELECT number, 1767225600000000 + number % @most * 600000000 FROM n)
        SELECT number + 1000, server_key(server(number / @most)), request_key(number), CASE number % 3 WHEN 0 THEN 'stop' WHEN 1 THEN 'start' ELSE 'reboot' END,
            x'0123456789abcdef0123456789abcdef', owner_key(@project), began + 100000, began + 900000,
            CASE number % @most WHEN 50 THEN 3 ELSE 1 END, number % @most = 50, 0,
            CASE number % @most WHEN 50 THEN '[["",100000,600000,"E","bench","The machine did not answer."]]' ELSE '[["",100000,600000,"S","bench"]]' END,
            number + 1
        FROM t;
        """;
}
