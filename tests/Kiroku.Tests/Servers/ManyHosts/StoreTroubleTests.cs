using Kiroku.Actions;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Npgsql;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>Nodes that cannot reach the store for a while, for instance because it has no connection left.</summary>
public sealed class StoreTroubleTests : IAsyncLifetime
{
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await HostsCloud.StartAsync(3, Cloud.Unwatched);

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Theory]
    [InlineData("""{"reboot":{"type":"HARD"}}""")]
    [InlineData("""{"rebuild":{"imageRef":"IMAGE"}}""")]
    [InlineData("""{"resize":{"flavorRef":"84"}}""")]
    [InlineData("""{"shelve":null}""")]
    public async Task A_step_waits_while_the_host_that_does_it_cannot_read_the_store(string body)
    {
        var server = await cloud.CreateServerAsync("b");
        var (begun, fails) = (0, 0);
        cloud["b"].Database.BeforeRead = ()
            => Interlocked.Decrement(ref fails) >= 0 ? throw Trouble() : Task.CompletedTask;
        cloud["b"].Hypervisor.Before = _ =>
        {
            if (Interlocked.Exchange(ref begun, 1) == 0)
                Volatile.Write(ref fails, 10);
            return Task.CompletedTask;
        };

        var (action, events) = await cloud.DoAsync(
            server, body.Replace("IMAGE", cloud.Image, StringComparison.Ordinal));

        Assert.True(Volatile.Read(ref fails) < 0, "It did not read the store.");
        Assert.Equal((null, Outcomes.Succeeded), (action.Message, action.Outcome));
        Assert.All(events, record => Assert.Equal((EventResults.Success, 1), (record.Result, record.Attempt)));
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_creation_is_accepted_once_it_is_durable_though_the_server_s_node_cannot_write()
    {
        var failed = 0;
        foreach (var node in cloud.Nodes.Where(node => node.Name != "a"))
        {
            var fails = 3;
            node.Database.Around = _ =>
            {
                if (Interlocked.Decrement(ref fails) < 0)
                    return Task.CompletedTask;
                Interlocked.Increment(ref failed);
                throw Trouble();
            };
        }

        // A grain may be on any node. Among so many servers, one is on another node than the one asked.
        for (var number = 0; number < 12; number++)
            Assert.Equal(VmStates.Active, (await cloud.ServerAsync(await cloud.CreateServerAsync())).VmState);

        Assert.NotEqual(0, failed);
    }

    private static StorageException Trouble() => new(
        "The store has no connection left: sorry, too many clients already.",
        new PostgresException(
            "sorry, too many clients already", "FATAL", "FATAL", PostgresErrorCodes.TooManyConnections));
}
