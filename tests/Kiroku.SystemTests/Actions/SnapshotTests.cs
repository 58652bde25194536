using System.Text.Json.Nodes;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>Images made from real servers' disks.</summary>
public sealed class SnapshotTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    [Fact]
    public async Task A_running_server_goes_on_while_an_image_is_made_of_it_and_the_image_boots()
    {
        var server = await NewServerAsync();
        var before = await server.BootedAsync();
        var image = await SnapshotAsync(server, "ACTIVE");
        Assert.Equal(("active", "qcow2"), ((string)image["status"]!, (string)image["disk_format"]!));
        Assert.Equal([before], Guest.ReadAll(await server.ConsoleAsync()));
        var copy = await BeginServerAsync(image: (string)image["id"]!);
        await copy.SettledAsync("ACTIVE");
        var booted = await copy.BootedAsync();
        Assert.Equal((before.DiskId, before.Boots + 1), (booted.DiskId, booted.Boots));
    }

    [Fact]
    public async Task An_image_of_a_stopped_server_is_its_disk()
    {
        var server = await NewStoppedServerAsync();
        Assert.Equal("active", (string)(await SnapshotAsync(server, "SHUTOFF"))["status"]!);
        Assert.Single(server.Disks());
    }

    [Fact]
    public async Task A_copy_that_is_killed_is_made_anew()
    {
        var server = await NewServerAsync();
        await server.BootedAsync();
        var answer = await server.TryAsync("""{"createImage": {"name": "snap"} }""");
        await Service.KillAsync();
        await Service.EnsureStartedAsync();
        await server.SettledAsync("ACTIVE");
        Assert.Null((await server.RecordAsync(answer.RequestId!)).Message);
        Assert.Equal("active", (string)(await ImageAsync(answer))["status"]!);
    }

    private async Task<JsonObject> SnapshotAsync(TestServer server, string status)
    {
        var answer = await server.TryAsync("""{"createImage": {"name": "snap"} }""");
        Assert.Equal(202, answer.Status);
        await server.SettledAsync(status);
        Assert.Null((await server.RecordAsync(answer.RequestId!)).Message);
        return await ImageAsync(answer);
    }

    private Task<JsonObject> ImageAsync(Answer answer)
        => Service.Demo.ReadAsync($"/image/v2/images/{answer.Headers.Location!.OriginalString.Split('/')[^1]}");
}
