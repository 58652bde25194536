using System.Text.Json;
using Dapper;

namespace Kiroku.Tests.Servers;

/// <summary>A cloud for all tests of a class, with two more users and a running server.</summary>
public sealed class RunningCloud : IAsyncLifetime
{
    internal Cloud Cloud { get; private set; } = null!;

    internal TestUser Reader { get; private set; } = null!;

    internal TestUser Other { get; private set; } = null!;

    internal Guid Server { get; private set; }

    public async ValueTask InitializeAsync()
    {
        // Tests write values that contradict the machine, and nothing may notice.
        Cloud = await Cloud.StartAsync(
            Cloud.Unwatched, ("Identity:FamiliarFailureDelay", "00:00:00.01"),
            // Tests that try every route make any number of these.
            ("Webhooks:MaxPerProject", "-1"), ("Webhooks:AllowedNetworks", "127.0.0.0/8"),
            ("Quotas:ImageCountTotal", "-1"), ("Quotas:ServerGroups", "-1"), ("Quotas:ServerGroupMembers", "-1"));
        Reader = await People.AddAsync(Cloud.App, "demoreader", "demo", "reader");
        Other = await People.AddAsync(Cloud.App, "other", "other", "member");
        Server = await Cloud.CreateServerAsync();
    }

    public ValueTask DisposeAsync() => Cloud.DisposeAsync();

    /// <summary>All rows of servers, actions, images and users, to check that nothing has changed.</summary>
    internal Task<string> RowsAsync() => Cloud.Database.ReadAsync(async db =>
    {
        var all = new List<object>();
        foreach (var table in new[]
            { "servers", "records", "images", "flavors", "users", "projects", "role_assignments" })
            all.AddRange(
                (await db.QueryAsync($"SELECT * FROM {table}")).Select(
                    row => (object)new Dictionary<string, object>(row)));
        return JsonSerializer.Serialize(all);
    }, TestContext.Current.CancellationToken);

    /// <summary>Changes the server's row behind the service's back.</summary>
    internal Task SetAsync(Guid server, string columns, object? values = null) => Cloud.Database.WriteAsync(
        db => db.ExecuteAsync($"UPDATE servers SET {columns} WHERE id = '{server}'", values),
        TestContext.Current.CancellationToken);
}
