using System.Diagnostics;
using Npgsql;

[assembly: AssemblyFixture(typeof(Kiroku.Tests.Storage.PostgresEnd))]

namespace Kiroku.Tests.Storage;

/// <summary>
/// A real PostgreSQL for the tests. It starts when the first test needs it and ends with the last. It answers on a
/// socket in its folder. It is fast rather than durable, which only its own tests would notice.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql";
    private static readonly Lazy<Task<PostgresServer>> Shared = new(CreateAsync);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kpg-");

    /// <summary>The server's log. Its lines begin with database, session and transaction.</summary>
    private string Log => Path.Combine(folder.FullName, "log");

    private string Data => Path.Combine(folder.FullName, "data");

    /// <summary>A connection string for a new database, or for the one of that name if it exists.</summary>
    public static async Task<string> CreateDatabaseAsync(string? name = null)
    {
        Require();
        var server = await Shared.Value;
        return await server.AddDatabaseAsync(name ?? $"t{Guid.NewGuid():N}");
    }

    /// <summary>The log of the server on which <see cref="CreateDatabaseAsync"/> makes databases.</summary>
    public static async Task<string> LogAsync() => (await Shared.Value).Log;

    /// <summary>Ends the server if a test has started it.</summary>
    public static async Task EndSharedAsync()
    {
        if (!Shared.IsValueCreated)
            return;
        await (await Shared.Value).DisposeAsync();
    }

    public Task StartAsync()
    {
        var options = $"-k {folder.FullName} -c listen_addresses='' -c fsync=off -c max_connections=500 -c "
            + "shared_buffers=32MB -c log_line_prefix='%d %c %v '";
        return RunProgramAsync("pg_ctl", "-D", Data, "-w", "-s", "-l", Log, "-o", options, "start");
    }

    /// <summary>Ends it like a crash: work in progress is lost, committed work is not.</summary>
    public Task StopAsync() => RunProgramAsync("pg_ctl", "-D", Data, "-w", "-s", "-m", "immediate", "stop");

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await StopAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>Creates a server for one test, which can stop and start it.</summary>
    public static async Task<PostgresServer> CreateAsync()
    {
        Require();
        var server = new PostgresServer();
        // PostgreSQL refuses to run as root.
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "nobody", server.folder.FullName);
        await RunProgramAsync(
            "initdb", "-D", server.Data, "-A", "trust", "-U", "kiroku", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        await server.StartAsync();
        return server;
    }

    public async Task<string> AddDatabaseAsync(string name)
    {
        var connectionString = new NpgsqlConnectionStringBuilder
        {
            Host = folder.FullName,
            Username = "kiroku",
            Database = "postgres",
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(connectionString.ToString());
        await connection.OpenAsync();
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection)
        {
            Parameters = { new() { Value = name } },
        };
        if (await find.ExecuteScalarAsync() is null)
        {
            await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
            await create.ExecuteNonQueryAsync();
        }
        return $"Host={folder.FullName};Username=kiroku;Database={name};Maximum Pool Size=10;Connection Idle "
            + "Lifetime=5;Connection Pruning Interval=2";
    }

    private static void Require()
    {
        if (Directory.Exists(Programs))
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"missing: {Programs}");
        Assert.Skip($"missing: {Programs}");
    }

    private static Task RunProgramAsync(string name, params string[] arguments)
    {
        var program = Path.Combine(Directory.GetDirectories(Programs).Max(StringComparer.Ordinal)!, "bin", name);
        return Environment.IsPrivilegedProcess
            ? RunAsync("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", program, .. arguments])
            : RunAsync(program, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        var complaints = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {complaints}{await said}");
    }
}

/// <summary>Ends the tests' PostgreSQL with the last test.</summary>
public sealed class PostgresEnd : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await PostgresServer.EndSharedAsync();
}
