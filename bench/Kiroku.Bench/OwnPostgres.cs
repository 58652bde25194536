using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Kiroku.Bench;

/// <summary>A PostgreSQL for the measurement, with default durability, and pgbench on it.</summary>
internal sealed partial class OwnPostgres : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kiroku-bench-pg-");

    private string Data => Path.Combine(folder.FullName, "data");

    public static async Task<OwnPostgres> StartAsync()
    {
        var server = new OwnPostgres();
        // PostgreSQL refuses to run as root.
        if (Environment.IsPrivilegedProcess)
            await Command.RunAsync("chown", "nobody", server.folder.FullName);
        await RunAsync("initdb", "-D", server.Data, "-A", "trust", "-U", "kiroku", "-E", "UTF8", "--locale=C.UTF-8");
        var options = $"-k {server.folder.FullName} -c listen_addresses='' -c max_connections=300 -c shared_buffers=256MB";
        await RunAsync("pg_ctl", "-D", server.Data, "-w", "-s", "-l", Path.Combine(server.folder.FullName, "log"), "-o", options, "start");
        return server;
    }

    /// <summary>A connection string for a new database of that name.</summary>
    public async Task<string> AddDatabaseAsync(string name)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres"));
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return ConnectionTo(name);
    }

    /// <summary>How often pgbench runs a script in a second, on several connections. Its average latency stands in
    /// for the median.</summary>
    public async Task<Rate> BenchAsync(string database, string script, int connections, int seconds)
    {
        var file = Path.Combine(folder.FullName, "script.sql");
        await File.WriteAllTextAsync(file, script);
        var output = await Command.RunAsync(
            Program("pgbench"), "-h", folder.FullName, "-U", "kiroku", "-n", "-M", "prepared", "-c", $"{connections}", "-T", $"{seconds}", "-f", file, database);
        var (rate, latency) = (PerSecond().Match(output), Latency().Match(output));
        return rate.Success && latency.Success
            ? new Rate(Number(rate), Number(latency) * 1000)
            : throw new InvalidOperationException($"pgbench failed: {output}");
    }

    /// <summary>The processor time that the server's processes have used so far, those that have ended included.</summary>
    public TimeSpan Used
    {
        get
        {
            var postmaster = int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
            return ProcessorTime.Of(postmaster);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("pg_ctl", "-D", Data, "-w", "-s", "-m", "immediate", "stop");
        folder.Delete(recursive: true);
    }

    private static double Number(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    public string ConnectionTo(string database) => $"Host={folder.FullName};Username=kiroku;Database={database}";

    private static string Program(string name) => Path.Combine(Directory.GetDirectories("/usr/lib/postgresql").Max(StringComparer.Ordinal)!, "bin", name);

    private static Task RunAsync(string name, params string[] arguments) => Environment.IsPrivilegedProcess
        ? Command.RunAsync("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", Program(name), .. arguments])
        : Command.RunAsync(Program(name), arguments);

    [GeneratedRegex(@"^tps = ([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"^latency average = ([\d.]+) ms", RegexOptions.Multiline)]
    private static partial Regex Latency();
}
