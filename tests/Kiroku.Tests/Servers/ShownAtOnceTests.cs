using Kiroku.Hypervisors;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

/// <summary>
/// What readers see at once of a change by an accepted action: while it runs and after it has failed.
/// </summary>
public sealed class ShownAtOnceTests
{
    [Fact]
    public async Task The_answer_to_a_rebuild_and_the_next_look_show_the_new_image()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var image = await cloud.UploadAsync(new byte[1024 * 1024], "raw");
        var held = new TaskCompletionSource();
        cloud.Hypervisor.Before = _ => held.Task;

        using var answer = await cloud.Demo.PostAsync(
            $"/v2.1/servers/{server}/action", $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}""");
        var next = await cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}");

        Assert.Equal(image, (string)(await TestApp.JsonAsync(answer))["server"]!["image"]!["id"]!);
        Assert.Equal(image, (string)next["server"]!["image"]!["id"]!);
        held.SetResult();
        await cloud.EndedAsync(server, answer.Headers.GetValues("x-compute-request-id").Single());
        Assert.Equal(image, (await cloud.ServerAsync(server)).ImageId);
    }

    [Fact]
    public async Task A_rebuild_that_fails_before_the_new_disk_is_taken_leaves_the_image_of_the_disk_that_is_there()
    {
        await using var cloud = await Cloud.StartAsync(("Actions:Attempts", "1"));
        var server = await cloud.CreateServerAsync();
        var image = await cloud.UploadAsync(new byte[1024 * 1024], "raw");
        cloud.Hypervisor.Before = operation => operation == "overlay"
            ? throw new HypervisorException(HypervisorFailure.Failed, "make the disk", "it broke")
            : Task.CompletedTask;

        await cloud.DoAsync(server, $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}""");

        var left = await cloud.ServerAsync(server);
        Assert.Equal((VmStates.Error, cloud.Image), (left.VmState, left.ImageId));
    }

    [Fact]
    public async Task A_resize_takes_its_disk_config()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, $$$"""{"resize":{"flavorRef":"{{{Cloud.Large}}}","OS-DCF:diskConfig":"AUTO"}}""");
        var shown = (await cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}"))["server"]!;
        Assert.Equal("AUTO", (string)shown["OS-DCF:diskConfig"]!);
    }

    [Theory]
    [InlineData("0000:0000:0000:0000:0000:babe:220.12.22.2", "::babe:dc0c:1602")]
    [InlineData("2001:0DB8:0:0:0:0:0:1", "2001:db8::1")]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.1")]
    public async Task An_access_address_is_shown_in_its_one_form(string given, string shown)
    {
        await using var cloud = await Cloud.StartAsync();
        using var created = await cloud.Demo.PostAsync(
            "/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"{{{Cloud.Small}}}","imageRef":"{{{cloud.Image}}}","accessIPv6":"{{{given}}}"}}""");
        var id = (string)(await TestApp.JsonAsync(created))["server"]!["id"]!;
        Assert.Equal(shown, (string)(await cloud.Demo.GetJsonAsync($"/v2.1/servers/{id}"))["server"]!["accessIPv6"]!);
        using var updated = await cloud.Demo.PutJsonAsync(
            $"/v2.1/servers/{id}", $$$"""{"server":{"accessIPv6":"{{{given}}}"}}""");
        Assert.Equal(shown, (string)(await TestApp.JsonAsync(updated))["server"]!["accessIPv6"]!);
    }
}
