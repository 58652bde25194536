using System.Text.RegularExpressions;
using Kiroku.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Kiroku.Tests.Storage;

/// <summary>
/// The statements that a store was given, as the store itself tells them, in the transactions that write servers and
/// their record, or read them. Nodes' signs of life are not among them.
/// </summary>
internal abstract partial class StatementLog
{
    /// <summary>The statements of each such transaction since <see cref="Clear"/>.</summary>
    public IEnumerable<IReadOnlyList<string>> Writes
        => Transactions().Where(
            one => one.Any(text => Table().IsMatch(text)) && one.Any(text => Write().IsMatch(text)));

    /// <summary>The statements that read them, alone or in a transaction that writes nothing.</summary>
    public IEnumerable<IReadOnlyList<string>> Reads
        => Transactions().Where(
            one => one.Any(text => Table().IsMatch(text)) && !one.Any(text => Write().IsMatch(text)));

    public abstract void Clear();

    protected abstract IEnumerable<IReadOnlyList<string>> Transactions();

    [GeneratedRegex(@"\b(servers|records)\b")]
    private static partial Regex Table();

    [GeneratedRegex(@"\b(INSERT|UPDATE|DELETE)\b")]
    private static partial Regex Write();
}

/// <summary>
/// What the writer of a SQLite store runs. A transaction is what one caller writes, between savepoints: that of SQLite
/// itself is shared by all that wait together.
/// </summary>
internal sealed class SqliteStatementLog : StatementLog
{
    private List<string> texts = [];

    public Task AttachAsync(IDatabase database) => database.WriteAsync(connection =>
    {
        raw.sqlite3_trace(((SqliteConnection)connection).Handle, (_, text) => Add(text), null);
        return Task.FromResult(0);
    }, TestContext.Current.CancellationToken);

    public override void Clear() => Interlocked.Exchange(ref texts, []);

    protected override IEnumerable<IReadOnlyList<string>> Transactions()
    {
        var one = new List<string>();
        foreach (var text in Texts().Where(text => !text.StartsWith("BEGIN", StringComparison.Ordinal)))
        {
            one.Add(text);
            if (!text.StartsWith("RELEASE", StringComparison.Ordinal))
                continue;
            yield return one;
            one = [];
        }
    }

    /// <summary>SQLite tells as comments what its triggers do by themselves, as PostgreSQL does not.</summary>
    private void Add(string text)
    {
        if (text.StartsWith("--", StringComparison.Ordinal))
            return;
        var list = texts;
        lock (list)
            list.Add(text);
    }

    private string[] Texts()
    {
        var list = texts;
        lock (list)
            return [.. list.Where(text => !text.StartsWith("COMMIT", StringComparison.Ordinal))];
    }
}

/// <summary>What a PostgreSQL database is asked, as its server's log has it.</summary>
internal sealed partial class PostgresStatementLog(string log, string database) : StatementLog
{
    private long from;

    /// <summary>Makes a database whose statements are all logged.</summary>
    public static async Task<(string Connection, PostgresStatementLog Log)> CreateAsync()
    {
        var settings = new NpgsqlConnectionStringBuilder(await PostgresServer.CreateDatabaseAsync());
        settings.Options = "-c log_statement=all";
        return (settings.ToString(), new PostgresStatementLog(await PostgresServer.LogAsync(), settings.Database!));
    }

    public override void Clear() => from = new FileInfo(log).Length;

    protected override IEnumerable<IReadOnlyList<string>> Transactions()
        => Statement().Matches(Read()).Where(match => match.Groups["database"].Value == database)
            .GroupBy(match => match.Groups["transaction"].Value)
            .Select(one => one.Select(match => match.Groups["text"].Value).ToList());

    private string Read()
    {
        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(from, SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>Further lines of a statement begin with a tab.</summary>
    [GeneratedRegex(
        @"^(?<database>\w+) (?<transaction>\S+ \S+) LOG:  (statement|execute [^:]+): (?<text>.*(\n\t.*)*)",
        RegexOptions.Multiline)]
    private static partial Regex Statement();
}
