using Dapper;
using Kiroku.Actions;
using Kiroku.Servers;
using Kiroku.Servers.Engine;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>A server's grain accepts a request only as the node that checked its caller sealed it.</summary>
public sealed class ProvenRequestTests : IAsyncLifetime
{
    private HostsCloud cloud = null!;
    private Guid server, another;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cloud = await HostsCloud.StartAsync(2, Cloud.Unwatched);
        (server, another) = (await cloud.CreateWithGrainAsync(on: "a", grain: "a"), await cloud.CreateServerAsync("a"));
    }

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_forged_or_altered_request_is_refused_and_leaves_no_record()
    {
        var request = Request();
        var good = Sealed(server, request);
        var stamped = good.Seal!;
        stamped = [.. stamped[..^1], (byte)(stamped[^1] ^ 1)];
        var tried = new Dictionary<string, ActionRequest>
        {
            ["made up"] = request,
            ["made up in the service's name"] = ActionRequest.OfTheService(ActionNames.Stop, request.StartTime),
            ["with no seal at all"] = good with { Seal = [] },
            ["with another's seal"] = good with { Seal = stamped },
            ["for another server"] = Sealed(another, request),
            ["by another user"] = good with { UserId = "somebody" },
            ["by nobody"] = good with { UserId = null },
            ["of another project"] = good with { ProjectId = "theirs" },
            ["by an administrator"] = good with { ByAdmin = true },
            ["another action"] = good with { Action = ActionNames.Delete },
            ["another body"] = good with { Body = "{}" },
            ["another id"] = good with { RequestId = $"req-{Guid.NewGuid()}" },
            ["another time"] = good with { StartTime = request.StartTime.AddHours(-1) },
            ["another answer"] = good with { Form = new AnswerForm(200) },
            ["another key"] = good with { Key = new IdempotencyKey("u", "p", "k", "h") },
            ["another version"] = good with { Microversion = 96 },
            ["another image"] = good with { NewImageId = "image" },
            ["asked of another"] = good with { AskedOf = null },
        };
        foreach (var (what, forged) in tried)
            Assert.True((await BeginAsync(forged)).Status == 503, what);
        Assert.Single(await cloud.ActionsAsync(server));
        Assert.Null((await cloud.ServerAsync(server)).RunningAction);

        Assert.Equal(202, (await BeginAsync(good)).Status);
        await cloud.UntilIdleAsync(server);
        Assert.Equal((request.RequestId, "u"),
            (await cloud.ActionsAsync(server)).Select(action => (action.RequestId, action.UserId)).First());
    }

    [Fact]
    public async Task While_a_node_of_the_version_before_is_a_member_its_requests_are_accepted()
    {
        var request = Request();
        Assert.Equal(503, (await BeginAsync(request)).Status);
        await AddOldNodeAsync();
        Assert.Equal(202, (await BeginAsync(request)).Status);
        await cloud.UntilIdleAsync(server);
    }

    private ActionRequest Request()
        => new($"req-{Guid.NewGuid()}", "u", "p", ActionNames.Stop, null, TimeProvider.System.GetUtcNow().UtcDateTime,
            1)
        {
            AskedOf = Cluster.Nodes.SiloOf(cloud["b"].App),
        };

    /// <summary>Seals a request as the node that received it does.</summary>
    private ActionRequest Sealed(Guid of, ActionRequest request)
        => cloud["b"].App.Services.GetRequiredService<RequestSealer>().Seal(of, request);

    private Task<ActionAnswer> BeginAsync(ActionRequest request)
        => Cluster.Nodes.GrainsOf(cloud["b"].App).GetGrain<IServerGrain>(server).Begin(request);

    /// <summary>The node is about to join, so the others do not watch it yet.</summary>
    private Task AddOldNodeAsync() => cloud.Any.Store.WriteAsync(db => db.ExecuteAsync("""
        INSERT INTO members (cluster, address, port, generation, name, machine, status, proxy_port, started_at, alive_at)
        VALUES ('kiroku', '127.0.0.9', 8775, 1, 'old', 'm', 2, 0, now(), now());
        INSERT INTO nodes (name, number, folder, silo, roles, zone, address, version, started_at, seen_at)
        VALUES ('old', 99, 'f', '127.0.0.9:8775@1', 'api', 'nova', '127.0.0.1', '0.1.0', '2026-01-01T00:00:00.000000', '2026-01-01T00:00:00.000000')
        """), Token);
}
