using Kiroku.Actions;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions;

public sealed class FinishedRecordsTests
{
    private const string Stop = """{"os-stop":null}""";

    [Fact]
    public async Task A_record_can_be_read_again_until_its_server_is_deleted_and_then_as_the_version_has_it()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var path = $"/servers/{server}/os-instance-actions/{(await cloud.DoAsync(server, Stop)).Action.RequestId}";
        var first = await BodyAsync(cloud.Demo, "/v2" + path);
        Assert.Equal(first, await BodyAsync(cloud.Demo, "/v2" + path));
        var newer = await BodyAsync(cloud.Demo, "/v2.1" + path, "2.58");

        await cloud.DeleteAsync(server);

        Assert.Equal(404, await StatusAsync(cloud.Demo, "/v2" + path));
        Assert.Equal(newer, await BodyAsync(cloud.Demo, "/v2.1" + path, "2.58"));
    }

    [Fact]
    public async Task A_record_that_retention_removed_is_not_read_from_memory()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var action = (await cloud.DoAsync(server, Stop)).Action;
        var path = $"/v2.1/servers/{server}/os-instance-actions/{action.RequestId}";
        await BodyAsync(cloud.Demo, path);

        await cloud.App.Services.GetRequiredService<RetentionStore>().RemoveAsync(
            [action.Id], [server], TestContext.Current.CancellationToken);

        Assert.Equal(404, await StatusAsync(cloud.Demo, path));
    }

    [Fact]
    public async Task
        What_the_store_has_no_more_is_not_read_from_memory_though_the_process_that_removed_it_does_not_know_yet()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var action = (await cloud.DoAsync(server, Stop)).Action;
        var path = $"/servers/{server}/os-instance-actions/{action.RequestId}";
        await BodyAsync(cloud.Demo, "/v2" + path);

        var (deleted, go) = cloud.Database.HoldWhen(async () => (await cloud.ServerAsync(server)).Deleted);
        var delete = cloud.DeleteAsync(server);
        await deleted;
        Assert.Equal(404, await StatusAsync(cloud.Demo, "/v2" + path));
        go();
        await delete;

        await BodyAsync(cloud.Demo, "/v2.1" + path, "2.21");
        var store = cloud.App.Services.GetRequiredService<ActionStore>();
        (var removed, go) = cloud.Database.HoldWhen(
            async () => await store.FindAsync(server, action.RequestId, TestContext.Current.CancellationToken) is null);
        var remove = cloud.App.Services.GetRequiredService<RetentionStore>().RemoveAsync(
            [action.Id], [server], TestContext.Current.CancellationToken);
        await removed;
        Assert.Equal(404, await StatusAsync(cloud.Demo, "/v2.1" + path, "2.21"));
        go();
        await remove;
    }

    [Fact]
    public async Task Nobody_else_gets_a_record_that_the_owner_or_an_administrator_read()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var path = $"/v2.1/servers/{server}/os-instance-actions/{(await cloud.DoAsync(server, Stop)).Action.RequestId}";
        var other = await People.AddAsync(cloud.App, "other", "elsewhere", "member");
        var (full, own) = (await BodyAsync(cloud.Admin, path, "2.62"), await BodyAsync(cloud.Demo, path, "2.62"));

        Assert.Equal(404, await StatusAsync(other, path, "2.62"));
        Assert.Contains("\"traceback\"", full, StringComparison.Ordinal);
        Assert.DoesNotContain("\"traceback\"", own, StringComparison.Ordinal);
        Assert.Equal(own, await BodyAsync(cloud.Demo, path, "2.62"));
        Assert.Equal(full, await BodyAsync(cloud.Admin, path, "2.62"));
    }

    [Fact]
    public async Task An_action_that_still_runs_is_read_anew()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var go = new TaskCompletionSource();
        cloud.Hypervisor.Before = _ => go.Task;
        var (_, requestId) = await cloud.ActAsync(server, Stop);
        var path = $"/v2.1/servers/{server}/os-instance-actions/{requestId}";
        var running = await BodyAsync(cloud.Demo, path, "2.58");

        go.SetResult();
        await cloud.EndedAsync(server, requestId);

        Assert.NotEqual(running, await BodyAsync(cloud.Demo, path, "2.58"));
    }

    private static async Task<string> BodyAsync(TestUser user, string path, string version = "2.1")
    {
        using var answer = await user.GetAsync(path, ("OpenStack-API-Version", $"compute {version}"));
        Assert.Equal(200, (int)answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<int> StatusAsync(TestUser user, string path, string version = "2.1")
    {
        using var answer = await user.GetAsync(path, ("OpenStack-API-Version", $"compute {version}"));
        return (int)answer.StatusCode;
    }
}
