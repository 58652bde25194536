using System.Net;
using System.Net.Sockets;
using Dapper;
using Kiroku.Cluster;
using Npgsql;

namespace Kiroku.Tests.Cluster;

/// <summary>A node joins while some members are gone without having left.</summary>
public sealed class JoiningTests
{
    private const int Active = 3;
    private const int Dead = 6;

    [Fact]
    public async Task Members_that_are_gone_do_not_hold_up_a_start()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        await (await nodes.StartAsync("a")).StopAsync();
        // It listens but never answers, as a frozen process does; it belongs to this node, though.
        using var frozen = new TcpListener(IPAddress.Loopback, 0);
        frozen.Start();
        await AddMemberAsync(nodes, "a", "127.0.0.1", ((IPEndPoint)frozen.LocalEndpoint).Port, silentFor: 0);
        // Nobody listens there, and no other test does at that time.
        await AddMemberAsync(nodes, "killed", "127.0.0.9", 8775, silentFor: 0);
        // An address from a documentation range, where nothing answers.
        await AddMemberAsync(nodes, "without-power", "192.0.2.1", 8775, silentFor: 11);

        await nodes.StartAsync("a");

        Assert.Equal([("a", Dead), ("killed", Dead), ("without-power", Dead)], await AddedAsync(nodes));
    }

    [Fact]
    public async Task A_program_at_a_dead_members_address_delays_no_start_and_one_at_a_living_members_is_named()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        await (await nodes.StartAsync("a")).StopAsync();
        using var another = new AnotherProgram();
        await AddMemberAsync(nodes, "killed", "127.0.0.1", another.Port, silentFor: 11);
        await nodes.StartAsync("a");
        Assert.Equal([("killed", Dead)], await AddedAsync(nodes));

        await ExecuteAsync(nodes,
            $"UPDATE members SET status = {Active}, alive_at = now() + interval '1 minute' WHERE name = 'killed'");
        var refused = await Assert.ThrowsAsync<JoinException>(() => nodes.StartAsync("b"));
        Assert.Contains("killed at 127.0.0.1:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_answers_is_not_declared_dead_by_a_node_that_joins()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var (a, b) = (await nodes.StartAsync("a"), await nodes.StartAsync("b"));
        // As after the store was unavailable.
        await ExecuteAsync(nodes, "UPDATE members SET alive_at = alive_at - interval '1 hour'");

        var c = await nodes.StartAsync("c");

        await Nodes.UntilActiveAsync(c, 3);
        Assert.False(a.Lost.IsCompleted || b.Lost.IsCompleted);
    }

    [Fact]
    public async Task An_address_that_another_process_listens_on_is_refused()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var refused = await Assert.ThrowsAsync<JoinException>(
            () => nodes.StartAsync("a", address: $"{other.LocalEndpoint}"));
        Assert.Contains($"cannot listen on {other.LocalEndpoint}", refused.Message, StringComparison.Ordinal);
    }

    private static Task AddMemberAsync(Nodes nodes, string name, string address, int port, int silentFor)
        => ExecuteAsync(nodes, $"""
        INSERT INTO members (cluster, address, port, generation, name, machine, status, proxy_port, started_at, alive_at)
        VALUES ('kiroku', '{address}', {port}, 1, '{name}', 'm', {Active}, 0, now() - interval '1 hour', now() - interval '{silentFor} s');
        UPDATE membership SET version = version + 1
        """);

    private static async Task ExecuteAsync(Nodes nodes, string sql)
    {
        await using var connection = new NpgsqlConnection(nodes.Database);
        await connection.ExecuteAsync(sql);
    }

    private static async Task<IEnumerable<(string, int)>> AddedAsync(Nodes nodes)
    {
        await using var connection = new NpgsqlConnection(nodes.Database);
        return await connection.QueryAsync<(string, int)>(
            "SELECT name, status FROM members WHERE generation = 1 ORDER BY name");
    }

    /// <summary>A program of another kind, which answers everyone at once.</summary>
    private sealed class AnotherProgram : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public AnotherProgram()
        {
            listener.Start();
            _ = AnswerAsync();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public void Dispose() => listener.Dispose();

        private async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    await client.GetStream().WriteAsync("220 here is somebody else\r\n"u8.ToArray());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }
    }
}
