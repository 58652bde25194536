using Npgsql;

namespace Kiroku.Bench;

/// <summary>Two processes of the built product on one PostgreSQL: one answers requests alone, the other one runs the
/// actions and has the machines.</summary>
internal sealed class NodesApart : IAsyncDisposable
{
    private readonly ServedProcess worker;

    private NodesApart(Service api, ServedProcess worker) => (Api, this.worker) = (api, worker);

    /// <summary>The node that answers requests.</summary>
    public Service Api { get; }

    /// <summary>Starts both, and returns when the worker's hypervisor is connected.</summary>
    public static async Task<NodesApart> StartAsync(string product, string folder, string database, params (string, string)[] settings)
    {
        var (front, back) = (Path.Combine(folder, "api"), Path.Combine(folder, "worker"));
        Directory.CreateDirectory(front);
        Directory.CreateDirectory(back);
        (string, string)[] shared = [("Storage__Database", database), .. settings];
        var api = await Service.StartAsync(product, front, front, ["--host", "api", "--roles", "api"], shared);
        var worker = await ServedProcess.StartAsync(
            "dotnet", [product, "serve", "--data", back, "--listen", "http://127.0.0.1:0", "--host", "worker", "--roles", "conductor,compute", .. Nodes.OnMocks],
            Service.Environment(shared));
        await using var source = NpgsqlDataSource.Create(database);
        await using var connected = source.CreateCommand("SELECT count(*) FROM nodes WHERE connected = 1");
        while ((long)(await connected.ExecuteScalarAsync())! == 0)
            await Task.Delay(20);
        return new NodesApart(api, worker);
    }

    public async ValueTask DisposeAsync()
    {
        await worker.DisposeAsync();
        await Api.DisposeAsync();
    }
}
