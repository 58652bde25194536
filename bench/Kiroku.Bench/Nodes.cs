using Npgsql;

namespace Kiroku.Bench;

/// <summary>Processes of the built product that share a PostgreSQL and form one service.</summary>
internal sealed class Nodes(string product, string folder, string database, string[] options, params (string Key, string Value)[] settings) : IAsyncDisposable
{
    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(database);

    /// <summary>Options of nodes whose machines take no time.</summary>
    public static string[] OnMocks { get; } = ["--hypervisor", "test:///default"];

    /// <summary>The running nodes by name. The first has the passwords.</summary>
    public SortedDictionary<string, Service> Running { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<HttpClient> Http => [.. Running.Values.Select(node => node.Http)];

    /// <summary>The processor time that the running nodes have used so far.</summary>
    public TimeSpan Used => TimeSpan.FromTicks(Running.Values.Sum(node => node.Used.Ticks));

    public string FolderOf(string name) => Path.Combine(folder, name);

    /// <summary>Starts a node, and returns when the others count it as a member and its hypervisor is
    /// connected.</summary>
    public async Task<Service> StartAsync(string name, params (string Key, string Value)[] own)
    {
        Directory.CreateDirectory(FolderOf(name));
        var first = Running.Keys.FirstOrDefault() ?? name;
        var node = await Service.StartAsync(
            product, FolderOf(name), FolderOf(first), [.. options, "--host", name],
            // Their messages about a killed node would fill the screen.
            [("Logging__LogLevel__Default", "None"), ("Storage__Database", database), .. settings, .. own]);
        Running.Add(name, node);
        while (await CountAsync("nodes WHERE connected = 1") < Running.Count)
            await Task.Delay(20);
        return node;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync(string name)
    {
        await Running[name].DisposeAsync();
        Running.Remove(name);
    }

    /// <summary>The number of rows that match.</summary>
    public async Task<long> CountAsync(string rows) => (await ListAsync<long>($"SELECT count(*) FROM {rows}")).Single();

    /// <summary>The first column of a query's result.</summary>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<T>();
        while (await reader.ReadAsync())
            found.Add(reader.GetFieldValue<T>(0));
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in Running.Keys.ToList())
            await KillAsync(name);
        await source.DisposeAsync();
    }
}
