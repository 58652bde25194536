using System.Collections.Concurrent;
using System.Globalization;
using Kiroku.SystemTests.Cluster;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;
using Kiroku.Tests.Storage;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// Services are killed under load while a stream, waiters and a receiver of webhooks follow: each end of an action
/// reaches each of them. KIROKU_FULL=1 kills more often, KIROKU_SEED repeats a run's choices.
/// </summary>
public sealed class FollowersKillTests : IDisposable
{
    private static readonly int Kills = FullTier.IsOn ? 20 : 3;

    private static readonly int Seed = int.TryParse(
        Environment.GetEnvironmentVariable("KIROKU_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed : Random.Shared.Next(1_000_000);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kfk-");
    private readonly Random random = new(Seed);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Each_end_reaches_all_who_follow_however_often_the_service_is_killed()
    {
        RealParts.Require("/usr/lib/x86_64-linux-gnu/libvirt.so.0");
        Say($"KIROKU_SEED={Seed}");
        await using var service = new KilledService(folder.FullName);
        await service.StartAsync();
        await using var followers = await Followers.StartAsync(() => service.Running);
        var image = await (await service.Running).AddImageAsync("disk", "raw", new byte[1024 * 1024]);
        var servers = new List<Guid>();
        foreach (var number in Enumerable.Range(0, 6))
            servers.Add(await CreateAsync(service, followers, image));
        var clients = Enumerable.Range(1, 8).Select(number => new RandomClient(service, servers, image, Seed + number)
        {
            OnAccepted = followers.WaitFor,
        });
        await UnderLoadAsync(clients.Select(client => (Func<CancellationToken, Task>)client.RunAsync), async () =>
        {
            await followers.UntilToldAsync(random.Next(20, 100));
            await service.KillAndStartAsync();
        });
        await followers.AssertToldAsync();
    }

    [LongFact("it takes minutes; StreamElsewhereTests and WebhookNodesTests kill nodes in process")]
    public async Task Each_end_reaches_all_who_follow_any_of_three_nodes_that_are_killed_at_random()
    {
        RealParts.Require("/usr/lib/x86_64-linux-gnu/libvirt.so.0");
        Say($"KIROKU_SEED={Seed}");
        await using var nodes = new ThreeNodes(folder.FullName, await PostgresServer.CreateDatabaseAsync());
        await nodes.StartAsync("a");
        await Task.WhenAll(nodes.StartAsync("b"), nodes.StartAsync("c"));
        await using var followers = await Followers.StartAsync(() => nodes.AnyAsync(Random.Shared));
        var (image, servers) = (await nodes.AddImageAsync(), new ConcurrentDictionary<Guid, string>());
        var clients = Enumerable.Range(1, 6).Select(
            number => new MixedClient(nodes, servers, image, 12, number, (Seed * 100) + number)
            {
                OnAccepted = followers.WaitFor,
            }).ToList();
        await Task.WhenAll(clients.Select(client => client.CreateAsync()));
        await UnderLoadAsync(
            clients.Select(client => (Func<CancellationToken, Task>)client.RunAsync),
            () => StrikeAsync(nodes, followers));
        await Task.WhenAll(clients.Select(client => client.FinishAsync()));
        await followers.AssertToldAsync();
        Say($"answers: {nodes.Answers}");
        Assert.True(nodes.Wrong.IsEmpty, string.Join('\n', nodes.Wrong));
    }

    /// <summary>Strikes again and again while clients ask.</summary>
    private static async Task UnderLoadAsync(IEnumerable<Func<CancellationToken, Task>> clients, Func<Task> strike)
    {
        using var over = new CancellationTokenSource();
        var load = Task.WhenAll(clients.Select(run => run(over.Token)));
        try
        {
            foreach (var _ in Enumerable.Range(0, Kills))
                await strike();
        }
        finally
        {
            await over.CancelAsync();
        }
        await load;
    }

    /// <summary>
    /// Kills one node or two. Those who follow are told more by what is left, before these come back.
    /// </summary>
    private async Task StrikeAsync(ThreeNodes nodes, Followers followers)
    {
        await followers.UntilToldAsync(random.Next(20, 60));
        var up = nodes.Up.ToArray();
        random.Shuffle(up);
        var killed = up.Take(up.Length > 2 && random.Next(3) == 0 ? 2 : up.Length > 1 ? 1 : 0).ToList();
        Say($"kill {string.Join(" and ", killed)}");
        await Task.WhenAll(killed.Select(name => nodes.TakeOut(name).KillAsync()));
        await followers.UntilToldAsync(random.Next(5, 20));
        // One that the others took for dead has ended by itself.
        await Task.WhenAll(ThreeNodes.Names.Except(nodes.Up).Select(nodes.StartAsync));
    }

    private static async Task<Guid> CreateAsync(KilledService service, Followers followers, string image)
    {
        var cloud = await service.Running;
        var made = await cloud.PostAsync(
            "/v2.1/servers", $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{image}}}"}}""");
        Assert.True(made.Status == 202, made.Text);
        var server = Guid.Parse((string)made.Json["server"]!["id"]!);
        followers.WaitFor(server, made.RequestId!);
        return server;
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
