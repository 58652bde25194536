using System.Collections.Concurrent;
using Dapper;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Tests.Images;

namespace Kiroku.Tests.Servers;

/// <summary>Actions look at what they need before they touch the machine, so a guest outlives a bad wish.</summary>
public sealed class CheckedFirstTests
{
    private const string Missing = "The server's disk is missing.";

    /// <summary>An image of a known size or format is refused before: FlavorsAndImagesTests.</summary>
    [Fact]
    public async Task A_rescue_from_an_image_found_too_large_ends_in_error_and_the_guest_runs_on()
    {
        await using var cloud = await Cloud.StartAsync();
        var image = await cloud.UploadAsync(new Qcow2 { Size = 1UL << 40 }.ToBytes(), "qcow2");
        await cloud.Database.WriteAsync(
            db => db.ExecuteAsync("UPDATE images SET virtual_size = NULL WHERE id = @image", new { image }),
            TestContext.Current.CancellationToken);
        var server = await cloud.CreateServerAsync();

        var action = await DoUntouchedAsync(cloud, server, Rescue(image));

        Assert.Contains("Flavor's disk is too small for requested image.", Assert.Single(action.Events).Details);
        Assert.Equal(VmStates.Error, (await cloud.ServerAsync(server)).VmState);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_rescue_whose_image_is_gone_leaves_the_server_as_it_was()
    {
        await using var cloud = await Cloud.StartAsync();
        var image = await cloud.UploadAsync(new byte[1024 * 1024], "raw");
        var server = await cloud.CreateServerAsync(image: image);
        using var deleted = await cloud.Admin.DeleteAsync($"/image/v2/images/{image}");
        Assert.Equal(204, (int)deleted.StatusCode);

        var action = await DoUntouchedAsync(cloud, server, """{"rescue":null}""");

        Assert.Equal($"Image {image} could not be found.", Assert.Single(action.Events).Details);
        var after = await cloud.ServerAsync(server);
        Assert.Equal((VmStates.Active, null), (after.VmState, after.Fault?.Message));
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_rescue_that_fails_leaves_the_disk_of_an_earlier_rescue_and_names_the_newest_fault()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"rescue":null}""");
        await cloud.ResetStateAsync(server, VmStates.Error);
        var image = await cloud.UploadAsync(new byte[1024 * 1024], "raw");
        using var asked = await cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", Rescue(image));
        await cloud.EndedAsync(server, asked.Headers.GetValues("x-compute-request-id").Single());
        Assert.Equal(image, (await cloud.ServerAsync(server)).RescueImageId);

        await cloud.ResetStateAsync(server, VmStates.Error);
        Assert.True(cloud.Host.Volumes.TryRemove(Disks.NameOf(server, 1), out _));
        await DoUntouchedAsync(cloud, server, Rescue(cloud.Image));

        var after = await cloud.ServerAsync(server);
        Assert.Equal((VmStates.Error, image, Missing), (after.VmState, after.RescueImageId, after.Fault?.Message));
        Assert.Contains(Disks.RescueOf(server), cloud.Host.Volumes.Keys);
    }

    [Theory]
    [InlineData("shelve")]
    [InlineData("reboot")]
    [InlineData("rescue")]
    [InlineData("resize")]
    public async Task A_guest_whose_disk_is_gone_is_not_switched_off(string name)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        Assert.True(cloud.Host.Volumes.TryRemove(Disks.NameOf(server, 1), out _));

        var action = await DoUntouchedAsync(cloud, server, name switch
        {
            "reboot" => """{"reboot":{"type":"SOFT"}}""",
            "resize" => $$$"""{"resize":{"flavorRef":"{{{Cloud.Large}}}"}}""",
            _ => $$"""{"{{name}}":null}""",
        });

        Assert.All(
            action.Events.Where(step => step.Result == EventResults.Error),
            step => Assert.Equal(Missing, step.Details));
        Assert.Equal(
            name == "rescue" ? VmStates.Error : VmStates.Active, (await cloud.ServerAsync(server)).VmState);
    }

    [Theory]
    [InlineData("""{"os-stop":null}""", VmStates.Stopped)]
    [InlineData("""{"pause":null}""", VmStates.Paused)]
    [InlineData("""{"suspend":null}""", VmStates.Suspended)]
    public async Task A_shelve_of_a_server_whose_disk_is_gone_fails_and_leaves_it_as_it_was(string before, string state)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, before);
        cloud.Host.Volumes.TryRemove(Disks.NameOf(server, 1), out _);
        var machine = cloud.Host.Machines[server];

        var action = await cloud.DoAsync(server, """{"shelve":null}""");

        Assert.Equal("Error", action.Action.Message);
        Assert.Equal(Missing, action.Events[0].Details);
        Assert.Equal(machine, cloud.Host.Machines[server]);
        Assert.Equal(state, (await cloud.ServerAsync(server)).VmState);
    }

    [Fact]
    public async Task An_unrescue_of_a_server_whose_disk_is_gone_leaves_the_rescue_running()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"rescue":null}""");
        cloud.Host.Volumes.TryRemove(Disks.NameOf(server, 1), out _);

        var action = await DoUntouchedAsync(cloud, server, """{"unrescue":null}""");

        Assert.Equal(Missing, action.Events[0].Details);
        Assert.Contains(Disks.RescueOf(server), cloud.Host.Volumes.Keys);
    }

    [Fact]
    public async Task A_revert_whose_former_disk_is_gone_leaves_the_guest_running_on_the_new_one()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, $$$"""{"resize":{"flavorRef":"{{{Cloud.Large}}}"}}""");
        cloud.Host.Volumes.TryRemove(Disks.NameOf(server, 1), out _);

        var action = await DoUntouchedAsync(cloud, server, """{"revertResize":null}""");

        Assert.Equal(Missing, action.Events[0].Details);
    }

    [Fact]
    public async Task A_resume_without_its_memory_fails_with_the_reason_and_a_hard_reboot_brings_the_server_back()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"suspend":null}""");
        cloud.Host.Machines[server] = cloud.Host.Machines[server] with { SavedAs = null };

        var action = await cloud.DoAsync(server, """{"resume":null}""");

        Assert.Equal(
            "The host's hypervisor could not continue the machine: it is off, and no memory of it is kept.",
            action.Events[0].Details);
        Assert.Equal(VmStates.Error, (await cloud.ServerAsync(server)).VmState);
        Assert.Null((await cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""")).Action.Message);
        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
    }

    private static string Rescue(string image) => $$$"""{"rescue":{"rescue_image_ref":"{{{image}}}"}}""";

    /// <summary>Does an action that must fail without a moment's rest for the machine.</summary>
    private static async Task<RecordedAction> DoUntouchedAsync(Cloud cloud, Guid server, string body)
    {
        var (boots, touched) = (cloud.Host.Machines[server].Boots, new ConcurrentQueue<string>());
        cloud.Hypervisor.Before = operation =>
        {
            if (operation is "stop" or "power off" or "undefine")
                touched.Enqueue(operation);
            return Task.CompletedTask;
        };
        var action = await cloud.DoAsync(server, body);
        cloud.Hypervisor.Before = _ => Task.CompletedTask;
        Assert.Equal("Error", action.Action.Message);
        Assert.Empty(touched);
        Assert.Equal((MachineState.Running, boots),
            (cloud.Host.Machines[server].State, cloud.Host.Machines[server].Boots));
        return action;
    }
}
