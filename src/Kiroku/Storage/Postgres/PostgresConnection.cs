using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// The connection strings of the service: the operator's (Npgsql's keywords), with the options that the store's
/// promises need.
/// </summary>
internal sealed class PostgresConnection
{
    private const string ApplicationName = "kiroku";

    /// <summary>The most connections for reads, and as many for writes. PostgreSQL allows 100 by default, for all
    /// nodes together.</summary>
    private const int Connections = 20;

    private const int SecondsAside = 5;

    /// <summary>Idle connections are closed early after a burst, because another node may need them.</summary>
    private const int SecondsIdle = 30;

    /// <summary>
    /// A process that freezes in a transaction blocks others only for a while, and a lock that is held for longer
    /// causes an error instead of an endless wait.
    /// </summary>
    private const string Limits = "-c idle_in_transaction_session_timeout=10000 -c lock_timeout=15000";

    private readonly string connectionString;

    /// <exception cref="ArgumentException">The text is not a connection string.</exception>
    public PostgresConnection(string connectionString)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrWhiteSpace(given.Host))
            throw new ArgumentException("it names no Host");
        this.connectionString = connectionString;
    }

    /// <summary>What is wrong with a connection string; null if nothing is.</summary>
    public static string? Check(string connectionString)
    {
        try
        {
            _ = new PostgresConnection(connectionString);
            return null;
        }
        catch (Exception e)
            when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return e.Message;
        }
    }

    /// <summary>A separate way to the same server, with one connection each for reads and writes, that fails soon if
    /// the server is away.</summary>
    public string Aside => new NpgsqlConnectionStringBuilder(connectionString)
    {
        MinPoolSize = 0,
        MaxPoolSize = 1,
        Timeout = SecondsAside,
        CommandTimeout = SecondsAside,
    }.ToString();

    public string ForReads => With($"{Limits} -c default_transaction_read_only=on");

    /// <summary>Commits return only when they are on disk, whatever the server's own settings.</summary>
    public string ForWrites => With($"{Limits} -c synchronous_commit=on");

    /// <summary>For a copy of a whole store, of which a statement takes as long as there are rows.</summary>
    public string ForCopy => WithoutTimeLimit(ForWrites);

    /// <summary>For migrations, of which a statement may go through all rows as well.</summary>
    public string ForMigrations => WithoutTimeLimit(ForOneSession);

    public string ForOneSession => With("", pooling: false);

    /// <summary>
    /// For the list of members. It is read seldom, so few connections are enough, and it never justifies a long wait.
    /// </summary>
    public string ForMembership
    {
        get
        {
            var builder = new NpgsqlConnectionStringBuilder(ForWrites)
            {
                MaxPoolSize = 3,
                MaxAutoPrepare = 0,
                Timeout = 5,
                CommandTimeout = 5,
            };
            builder.ApplicationName += " membership";
            return builder.ToString();
        }
    }

    private static string WithoutTimeLimit(string connectionString)
        => new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0 }.ToString();

    private string With(string options, bool pooling = true)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = pooling };
        builder.ApplicationName ??= ApplicationName;
        builder.Options = $"{builder.Options} {options}".Trim();
        if (!IsGiven("Maximum Pool Size"))
            builder.MaxPoolSize = Connections;
        if (!IsGiven("Connection Idle Lifetime"))
            builder.ConnectionIdleLifetime = SecondsIdle;
        if (!IsGiven("Max Auto Prepare"))
            builder.MaxAutoPrepare = 100;
        // Our code does not change sessions, and resetting one would cost the server as much as a read.
        builder.NoResetOnClose = true;
        return builder.ToString();
    }

    private bool IsGiven(string keyword)
        => new NpgsqlConnectionStringBuilder(connectionString).Keys.Contains(keyword, StringComparer.OrdinalIgnoreCase);
}
