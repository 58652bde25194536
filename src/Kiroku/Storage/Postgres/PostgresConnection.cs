using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// How the service connects: as the operator says (Npgsql's keywords), with what the store's promises need.
/// </summary>
internal sealed class PostgresConnection
{
    private const string ApplicationName = "kiroku";

    /// <summary>Of each kind; PostgreSQL takes 100 by default, for all nodes together.</summary>
    private const int Connections = 20;

    private const int SecondsAside = 5;

    /// <summary>What a node does not need after a burst another may need soon.</summary>
    private const int SecondsIdle = 30;

    /// <summary>
    /// A process that freezes in a transaction holds up nobody for long, and what is held for longer is an error rather
    /// than a wait without end.
    /// </summary>
    private const string Limits = "-c idle_in_transaction_session_timeout=10000 -c lock_timeout=15000";

    private readonly string connectionString;

    /// <exception cref="ArgumentException">The text is no connection string.</exception>
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

    /// <summary>The same server by one connection of each kind, that says soon when it is away.</summary>
    public string Aside => new NpgsqlConnectionStringBuilder(connectionString)
    {
        MinPoolSize = 0,
        MaxPoolSize = 1,
        Timeout = SecondsAside,
        CommandTimeout = SecondsAside,
    }.ToString();

    public string ForReads => With($"{Limits} -c default_transaction_read_only=on");

    /// <summary>A commit is answered once it is on the disk, whatever the server's own settings.</summary>
    public string ForWrites => With($"{Limits} -c synchronous_commit=on");

    public string ForOneSession => With("", pooling: false);

    /// <summary>
    /// For who is a member and who is not: seldom asked, so that few connections do, and never worth a long wait.
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
        // Nothing here changes its session, and to undo nothing takes the server as long as a read.
        builder.NoResetOnClose = true;
        return builder.ToString();
    }

    private bool IsGiven(string keyword)
        => new NpgsqlConnectionStringBuilder(connectionString).Keys.Contains(keyword, StringComparer.OrdinalIgnoreCase);
}
