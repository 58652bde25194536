using Kiroku.Actions;
using Kiroku.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Actions;

public sealed class IdempotencyTests
{
    private const string Stop = """{"os-stop":null}""";
    private const string Start = """{"os-start":null}""";

    [Fact]
    public async Task A_repeated_action_is_answered_as_the_first_and_done_once()
    {
        await using var cloud = await Cloud.StartAsync();
        foreach (var scenario in Scenario.All.Select(row => Scenario.Of(row.Data)))
        {
            var server = await scenario.PrepareAsync(cloud);
            var (before, key) = (await CountAsync(cloud, server), scenario.Name);

            var first = await Repeat.ActAsync(cloud.Demo, server, scenario.Body(cloud), key);
            var atOnce = await Repeat.ActAsync(cloud.Demo, server, scenario.Body(cloud), key);
            await cloud.EndedAsync(server, first.RequestId);
            var later = await Repeat.ActAsync(cloud.Demo, server, scenario.Body(cloud), key);

            Assert.InRange(first.Status, 200, 299);
            Assert.Equal((first, first), (atOnce, later));
            Assert.Equal(first.RequestId, first.ComputeRequestId);
            Assert.Equal(before + 1, await CountAsync(cloud, server));
            Assert.Equal(scenario.EndsIn, (await cloud.ServerAsync(server)).VmState);
            await cloud.AssertWholeAsync(server);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_repeated_creation_makes_its_servers_once(int count)
    {
        await using var cloud = await Cloud.StartAsync();

        var first = await Repeat.CreateAsync(cloud, "key", count: count);
        await cloud.UntilAsync(async () => (await cloud.ServersAsync()).All(server => server.RunningAction is null));
        var later = await Repeat.CreateAsync(cloud, "key", count: count);

        Assert.Equal(202, first.Status);
        Assert.NotNull(first.Location);
        Assert.Contains("adminPass", first.Body, StringComparison.Ordinal);
        Assert.Equal(first, later);
        Assert.Equal(count, (await cloud.ServersAsync()).Count);
    }

    [Fact]
    public async Task A_repeated_deletion_is_answered_as_the_first_when_the_server_is_gone()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var first = await Repeat.DeleteAsync(cloud.Demo, server, "key");
        await cloud.EndedAsync(server, first.RequestId);

        Assert.Equal(204, first.Status);
        Assert.Equal(first, await Repeat.DeleteAsync(cloud.Demo, server, "key"));
        Assert.Equal(404, (await Repeat.DeleteAsync(cloud.Demo, server, "another")).Status);
    }

    [Fact]
    public async Task A_deletion_of_a_server_that_is_being_deleted_is_answered_again_too()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var wake = new TaskCompletionSource();
        cloud.Hypervisor.Before = _ => wake.Task;
        var deletion = await Repeat.DeleteAsync(cloud.Demo, server, "one");

        var second = await Repeat.DeleteAsync(cloud.Demo, server, "two");
        wake.SetResult();
        await cloud.EndedAsync(server, deletion.RequestId);

        Assert.Equal(204, second.Status);
        Assert.NotEqual(deletion.RequestId, second.RequestId);
        Assert.Equal(second, await Repeat.DeleteAsync(cloud.Demo, server, "two"));
        Assert.Equal(3, await CountAsync(cloud, server));
    }

    [Fact]
    public async Task A_key_used_for_something_else_is_refused()
    {
        await using var cloud = await Cloud.StartAsync();
        var (server, other) = (await cloud.CreateServerAsync(), await cloud.CreateServerAsync());
        var first = await Repeat.ActAsync(cloud.Demo, server, Stop, "key");
        await cloud.EndedAsync(server, first.RequestId);

        foreach (var refused in new[]
        {
            await Repeat.ActAsync(cloud.Demo, server, Start, "key"),
            await Repeat.ActAsync(cloud.Demo, other, Stop, "key"),
            await Repeat.DeleteAsync(cloud.Demo, server, "key"),
            await Repeat.CreateAsync(cloud, "key"),
            await Repeat.ReadAsync(
                cloud.Demo.PostAsync(
                    $"/v2/{cloud.Demo.ProjectId}/servers/{server}/action", Stop, (Repeat.Header, "key"))),
        })
        {
            Assert.Equal(422, refused.Status);
            Assert.StartsWith(
                """{"computeFault":{"code":422,"message":"This Idempotency-Key was used for another request""",
                refused.Body);
            Assert.NotEqual(first.RequestId, refused.RequestId);
        }
        Assert.Equal(first, await Repeat.ActAsync(cloud.Demo, server, Stop, "key"));
        Assert.Equal(2, (await cloud.ServersAsync()).Count);
    }

    [Fact]
    public async Task Of_many_at_once_one_is_done_and_all_are_answered_alike()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        foreach (var body in new[] { """{"reboot":{"type":"SOFT"}}""", """{"reboot":{"type":"HARD"}}""", Stop })
        {
            var before = await CountAsync(cloud, server);

            var answers = await Task.WhenAll(
                Enumerable.Range(0, 20).Select(_ => Repeat.ActAsync(cloud.Demo, server, body, body)));

            var given = Assert.Single(answers.Distinct());
            Assert.Equal(202, given.Status);
            await cloud.EndedAsync(server, given.RequestId);
            Assert.Equal(before + 1, await CountAsync(cloud, server));
        }
        var creations = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Repeat.CreateAsync(cloud, "create")));
        Assert.Equal(202, Assert.Single(creations.Distinct()).Status);
        Assert.Equal(2, (await cloud.ServersAsync()).Count);
        var deletions = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Repeat.DeleteAsync(cloud.Demo, server, "delete")));
        Assert.Equal(204, Assert.Single(deletions.Distinct()).Status);
        await cloud.UntilAsync(async () => (await cloud.ServersAsync()).All(found => found.RunningAction is null));
    }

    [Fact]
    public async Task Each_user_in_each_project_has_keys_of_their_own()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        const string Reboot = """{"reboot":{"type":"SOFT"}}""";

        var demo = await Repeat.ActAsync(cloud.Demo, server, Reboot, "key");
        await cloud.EndedAsync(server, demo.RequestId);
        var admin = await Repeat.ActAsync(cloud.Admin, server, Reboot, "key");
        await cloud.EndedAsync(server, admin.RequestId);

        Assert.Equal((202, 202), (demo.Status, admin.Status));
        Assert.NotEqual(demo.RequestId, admin.RequestId);
        Assert.Equal(demo, await Repeat.ActAsync(cloud.Demo, server, Reboot, "key"));
        Assert.Equal(admin, await Repeat.ActAsync(cloud.Admin, server, Reboot, "key"));
    }

    [Fact]
    public async Task A_refused_request_may_be_tried_again_with_the_same_key()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();

        var refused = await Repeat.ActAsync(cloud.Demo, server, Start, "key");
        await cloud.DoAsync(server, Stop);
        var accepted = await Repeat.ActAsync(cloud.Demo, server, Start, "key");
        await cloud.EndedAsync(server, accepted.RequestId);

        Assert.Equal((409, 202), (refused.Status, accepted.Status));
        Assert.NotEqual(refused.RequestId, accepted.RequestId);
        Assert.Equal(accepted, await Repeat.ActAsync(cloud.Demo, server, Start, "key"));
    }

    [Fact]
    public async Task A_key_outlives_the_service()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var rebuild = $$$"""{"rebuild":{"imageRef":"{{{cloud.Image}}}"}}""";
        var first = await Repeat.ActAsync(cloud.Demo, server, rebuild, "key");
        await cloud.EndedAsync(server, first.RequestId);

        await cloud.StopAsync();
        await cloud.StartAgainAsync();

        // The service has another address now, but the stored answer keeps the old one.
        Assert.Equal(first, await Repeat.ActAsync(cloud.Demo, server, rebuild, "key"));
        Assert.Equal(2, await CountAsync(cloud, server));
    }

    [Fact]
    public async Task A_key_holds_for_its_time_and_can_then_be_used_for_something_else()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000));
        await using var cloud = await Cloud.StartAsync(time, ("Idempotency:Lifetime", "00:15:00"));
        var server = await cloud.CreateServerAsync();
        var first = await Repeat.ActAsync(cloud.Demo, server, Stop, "key");
        await cloud.EndedAsync(server, first.RequestId);

        time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.Equal(422, (await Repeat.ActAsync(cloud.Demo, server, Start, "key")).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        var second = await Repeat.ActAsync(cloud.Demo, server, Start, "key");
        await cloud.EndedAsync(server, second.RequestId);

        Assert.Equal(202, second.Status);
        Assert.Equal(second, await Repeat.ActAsync(cloud.Demo, server, Start, "key"));
        time.Advance(TimeSpan.FromMinutes(26));
        await cloud.UntilAsync(async () => await LongHistory.CountAsync(cloud.Database, "kept_answers") == 0);
    }

    [Fact]
    public async Task An_invalid_key_is_refused()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        foreach (var key in new[] { "", "caf\u00e9", "tab\tin it", "del\u007f", new string('k', 256) })
        {
            Assert.Equal(400,
                await StatusAsync(cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", Stop, (Repeat.Header, key))));
            Assert.Equal(
                400, await StatusAsync(cloud.Demo.DeleteAsync($"/v2.1/servers/{server}", (Repeat.Header, key))));
            Assert.Equal(400,
                await StatusAsync(cloud.Demo.PostAsync("/v2.1/servers", Repeat.Creation(cloud), (Repeat.Header, key))));
        }
        Assert.Equal(202, (await Repeat.ActAsync(cloud.Demo, server, Stop, new string('k', 255))).Status);
    }

    private static async Task<int> StatusAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return (int)answer.StatusCode;
    }

    private static async Task<int> CountAsync(Cloud cloud, Guid server)
    {
        var store = cloud.App.Services.GetRequiredService<ActionStore>();
        return (await store.ListAsync(server, new ActionQuery(1000), TestContext.Current.CancellationToken)).Count;
    }
}
