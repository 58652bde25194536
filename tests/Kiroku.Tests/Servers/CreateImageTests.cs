using System.Text.Json.Nodes;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Work;
using Kiroku.Tests.Fakes;

namespace Kiroku.Tests.Servers;

public sealed class CreateImageTests
{
    private const string Create = """{"createImage":{"name":"snap"}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2.1")]
    [InlineData("2.45")]
    public async Task An_image_is_announced_at_once_and_has_the_disks_bytes_at_the_end(string version)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var held = new TaskCompletionSource();
        cloud.Hypervisor.Before = operation => operation == "snapshot" ? held.Task : Task.CompletedTask;

        using var answer = await cloud.Demo.PostAsync($"/v2.1/servers/{server}/action",
            """{"createImage":{"name":" snap ","metadata":{"mine":"yes"}}}""".Replace(
                " snap ", "snap", StringComparison.Ordinal), ("OpenStack-API-Version", $"compute {version}"));

        Assert.Equal(202, (int)answer.StatusCode);
        var id = version == "2.1" ? answer.Headers.Location!.OriginalString.Split(
            '/')[^1] : (string)(await TestApp.JsonAsync(answer))["image_id"]!;
        Assert.Equal("queued", (string)(await ImageAsync(cloud, id))["status"]!);
        held.SetResult();
        await cloud.EndedAsync(server, answer.Headers.GetValues("x-compute-request-id").Single());
        var image = await ImageAsync(cloud, id);
        Assert.Equal(("active", "snap", "qcow2", "private"),
            (Text("status"), Text("name"), Text("disk_format"), Text("visibility")));
        Assert.Equal(("snapshot", server.ToString(), cloud.Image, cloud.Demo.UserId, "yes"),
            (Text("image_type"), Text("instance_uuid"), Text("base_image_ref"), Text("user_id"), Text("mine")));
        Assert.Equal((1, 1L << 30), ((int)image["min_disk"]!, (long)image["virtual_size"]!));
        Assert.DoesNotContain(
            cloud.Host.Volumes.Keys, volume => volume.EndsWith("-snapshot", StringComparison.Ordinal));
        await cloud.CreateServerAsync(image: id);

        string Text(string key) => (string)image[key]!;
    }

    [Fact]
    public async Task A_failed_action_leaves_no_image()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        cloud.Hypervisor.Before = operation => operation == "export"
            ? throw new HypervisorException(HypervisorFailure.Failed, "read the disk", "broken") : Task.CompletedTask;
        Assert.Equal("Error", (await cloud.DoAsync(server, """{"createImage":{"name":"snap"}}""")).Action.Message);
        Assert.Empty((await cloud.Demo.GetJsonAsync("/image/v2/images?name=snap"))["images"]!.AsArray());
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task An_image_that_has_its_bytes_stays_though_the_copy_cannot_be_deleted_which_is_swept()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        cloud.Hypervisor.Before = operation => operation == "delete"
            ? throw new HypervisorException(HypervisorFailure.Failed, "delete it", "busy") : Task.CompletedTask;

        Assert.Equal("Error", (await cloud.DoAsync(server, Create)).Action.Message);

        Assert.Equal("active",
            (string)(await cloud.Demo.GetJsonAsync("/image/v2/images?name=snap"))["images"]!.AsArray()
                .Single()!["status"]!);
        Assert.Contains(Disks.SnapshotOf(server), cloud.Host.Volumes.Keys);
        cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await cloud.SweepAsync();
        Assert.DoesNotContain(Disks.SnapshotOf(server), cloud.Host.Volumes.Keys);
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("export")]
    public async Task An_incomplete_image_is_deleted_with_its_server(string moment)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var gate = Gate.At(cloud, moment);
        await cloud.ActAsync(server, Create);
        await gate.Reached;

        using var deleted = await cloud.Demo.DeleteAsync($"/v2.1/servers/{server}");
        Assert.Equal(204, (int)deleted.StatusCode);
        gate.Open();
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RunningAction is null);

        Assert.Empty((await cloud.Demo.GetJsonAsync("/image/v2/images?name=snap"))["images"]!.AsArray());
    }

    [Fact]
    public async Task An_overtaken_node_does_not_take_the_image_from_the_one_that_fills_it()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var gate = Gate.At(cloud, "export");
        var (_, requestId) = await cloud.ActAsync(server, Create);
        await gate.Reached;
        var image = (string)(await cloud.Demo.GetJsonAsync("/image/v2/images?name=snap"))["images"]!.AsArray()
            .Single()!["id"]!;

        var fence = (await cloud.ServerAsync(server)).Fence;
        await Assert.ThrowsAsync<FencedException>(() => cloud.App.Services.GetRequiredService<Snapshots>().FillAsync(
            image, fence with { Epoch = fence.Epoch - 1 },
            target => target.WriteAsync(new byte[] { 1 }, Cancelled).AsTask(), Cancelled));

        gate.Open();
        Assert.Null((await cloud.EndedAsync(server, requestId)).Action.Message);
        Assert.Equal("active", (string)(await ImageAsync(cloud, image))["status"]!);
    }

    [Fact]
    public async Task A_locked_server_is_copied_all_the_same_but_not_by_a_reader_or_without_a_name()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.ActAsync(server, """{"lock":null}""");
        await cloud.DoAsync(server, """{"createImage":{"name":"snap"}}""");
        Assert.Equal(400, (await cloud.ActAsync(server, """{"createImage":{}}""")).Status);
        var reader = await People.AddAsync(cloud.App, "demoreader", "demo", "reader");
        using var refused = await reader.PostAsync(
            $"/v2.1/servers/{server}/action", """{"createImage":{"name":"snap"}}""");
        Assert.Equal(403, (int)refused.StatusCode);
    }

    private static Task<JsonNode> ImageAsync(Cloud cloud, string id)
        => cloud.Demo.GetJsonAsync($"/image/v2/images/{id}");
}
