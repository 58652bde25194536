using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

/// <summary>What a server's image and flavor ask for stays with the server, and reaches its machine.</summary>
public sealed class HardwareOfServersTests : IAsyncLifetime
{
    private Cloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await Cloud.StartAsync();

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_server_keeps_what_its_image_said_when_the_image_changes_or_goes()
    {
        var image = await ImageAsync(("hw_disk_bus", "scsi"), ("hw_vif_model", "e1000"));
        var server = await cloud.CreateServerAsync(image: image);
        Assert.Equal(("scsi", "e1000"), Shown(server));
        await ChangeAsync(image, """[{"op":"replace","path":"/hw_disk_bus","value":"ide"}]""");
        await cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""");
        Assert.Equal(("scsi", "e1000"), Shown(server));
        (await cloud.Demo.DeleteAsync($"/image/v2/images/{image}")).Dispose();
        await cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""");
        Assert.Equal(("scsi", "e1000"), Shown(server));
        await cloud.AssertWholeAsync(server);
        await cloud.DoAsync(server, """{"createImage":{"name":"a"}}""");
        var snapshot = (await cloud.Demo.GetJsonAsync("/image/v2/images?name=a"))["images"]!.AsArray().Single()!;
        Assert.Equal(("scsi", "e1000"), ((string?)snapshot["hw_disk_bus"], (string?)snapshot["hw_vif_model"]));

        (string?, string?) Shown(Guid id) => (HardwareOf(id)?.DiskBus, HardwareOf(id)?.CardModel);
    }

    [Fact]
    public async Task A_rebuild_takes_what_the_new_image_says_and_one_that_fails_keeps_the_old()
    {
        var server = await cloud.CreateServerAsync(image: await ImageAsync(("hw_disk_bus", "scsi")));
        await cloud.DoAsync(server, Rebuild(await ImageAsync(("os_secure_boot", "required"))));
        var failed = await cloud.ServerAsync(server);
        Assert.Equal(VmStates.Error, failed.VmState);
        Assert.Equal(
            "No valid host was found. No host has secure boot, for which os_secure_boot asks.", failed.Fault!.Message);
        await cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""");
        Assert.Equal("scsi", HardwareOf(server)!.DiskBus);
        await cloud.DoAsync(server, Rebuild(await ImageAsync(("hw_disk_bus", "sata"))));
        Assert.Equal("sata", HardwareOf(server)!.DiskBus);
        await cloud.DoAsync(server, Rebuild(cloud.Image));
        Assert.Null(HardwareOf(server));
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_resize_takes_what_the_new_flavor_says_and_a_revert_goes_back()
    {
        await FlavorAsync("9", """{"hw:watchdog_action":"reset","hw_rng:allowed":"false"}""");
        var server = await cloud.CreateServerAsync();
        Assert.Null(HardwareOf(server));
        await cloud.DoAsync(server, """{"resize":{"flavorRef":"9"}}""");
        Assert.Equal(("reset", true), (HardwareOf(server)!.WatchdogAction, HardwareOf(server)!.HasNoRandomSource));
        await cloud.DoAsync(server, """{"revertResize":null}""");
        Assert.Null(HardwareOf(server));
        await FlavorAsync("10", """{"hw:cpu_policy":"dedicated"}""");
        var refused = await cloud.DoAsync(server, """{"resize":{"flavorRef":"10"}}""");
        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
        Assert.Equal("Error", refused.Action.Message);
        await FlavorAsync("11", """{"hw:cpu_cores":"x"}""");
        Assert.Equal(400, (await cloud.ActAsync(server, """{"resize":{"flavorRef":"11"}}""")).Status);
    }

    [Fact]
    public async Task A_server_takes_up_the_resources_that_its_flavor_says()
    {
        await FlavorAsync("9", """{"resources:VCPU":"0","resources:MEMORY_MB":"7"}""");
        var server = await cloud.ServerAsync(await cloud.CreateServerAsync("9"));
        Assert.Equal((0, 7, 1), (server.Claim.Vcpus, server.Claim.MemoryMiB, server.Claim.DiskGiB));
    }

    [Theory]
    [InlineData("hw_disk_bus", "floppydisk", "Invalid image metadata. Error: Field value floppydisk is invalid")]
    [InlineData("hw_architecture", "bogus", "Invalid image metadata. Error: Architecture name 'bogus' is not valid")]
    [InlineData("img_config_drive", "maybe", "Image's config drive option 'maybe' is invalid")]
    public async Task A_property_that_makes_no_sense_is_400_at_every_use(string name, string value, string message)
    {
        var server = await cloud.CreateServerAsync();
        var image = await ImageAsync((name, value));
        using var made = await cloud.Demo.PostAsync(
            "/v2.1/servers", $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{image}}}"}}""");
        Assert.Equal((400, message), ((int)made.StatusCode, await MessageAsync(made)));
        foreach (var body in (string[])[Rebuild(image), Rescue(image)])
        {
            using var answer = await cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", body);
            Assert.Equal((400, message), ((int)answer.StatusCode, await MessageAsync(answer)));
        }
    }

    [Theory]
    [InlineData("os_secure_boot", "required", "No host has secure boot, for which os_secure_boot asks.")]
    [InlineData("hw_architecture", "aarch64", "No host offers hw_architecture=aarch64.")]
    public async Task What_no_host_has_leaves_the_server_in_ERROR(string name, string value, string sentence)
    {
        var server = await cloud.ServerAsync(await cloud.CreateServerAsync(image: await ImageAsync((name, value))));
        Assert.Equal((VmStates.Error, $"No valid host was found. {sentence}"), (server.VmState, server.Fault!.Message));
        Assert.Empty(cloud.Host.DisksOf(server.Id));
        await cloud.AssertWholeAsync(server.Id);
    }

    [Fact]
    public async Task A_rescue_takes_its_images_hardware_or_adds_its_disk_where_that_says()
    {
        var server = await cloud.CreateServerAsync(image: await ImageAsync(("hw_disk_bus", "scsi")));
        await cloud.DoAsync(server, Rescue(await ImageAsync(("hw_disk_bus", "ide"))));
        Assert.Equal(("ide", null), (HardwareOf(server)!.DiskBus, HardwareOf(server)!.RescueDevice));
        await cloud.DoAsync(server, """{"unrescue":null}""");
        Assert.Equal("scsi", HardwareOf(server)!.DiskBus);
        var stable = await ImageAsync(("hw_rescue_device", "cdrom"), ("hw_rescue_bus", "usb"));
        await cloud.DoAsync(server, Rescue(stable));
        Assert.Equal(("scsi", "cdrom", "usb"),
            (HardwareOf(server)!.DiskBus, HardwareOf(server)!.RescueDevice, HardwareOf(server)!.RescueBus));
        var running = cloud.Host.Machines[server].RunningAs!;
        Assert.Equal((Disks.NameOf(server, 1), Disks.RescueOf(server)), (running.RootVolume, running.SecondVolume));
        await cloud.DoAsync(server, """{"unrescue":null}""");
        Assert.Null(HardwareOf(server)!.RescueDevice);
        using var refused = await cloud.Demo.PostAsync(
            $"/v2.1/servers/{server}/action", Rescue(await ImageAsync(("hw_rescue_device", "floppy"))));
        Assert.Equal((400, "Requested rescue device 'floppy' is not supported"),
            ((int)refused.StatusCode, await MessageAsync(refused)));
    }

    [Fact]
    public async Task An_image_that_wants_its_guest_at_rest_is_made_of_a_stopped_server_only()
    {
        var server = await cloud.CreateServerAsync(image: await ImageAsync(("os_require_quiesce", "yes")));
        using var refused = await cloud.Demo.PostAsync(
            $"/v2.1/servers/{server}/action", """{"createImage":{"name":"a"}}""");
        Assert.Equal((409, $"Quiescing is not supported in instance {server}"),
            ((int)refused.StatusCode, await MessageAsync(refused)));
        await cloud.DoAsync(server, """{"os-stop":null}""");
        Assert.Equal(202, (await cloud.ActAsync(server, """{"createImage":{"name":"a"}}""")).Status);
    }

    [Fact]
    public async Task An_image_can_want_a_config_drive_in_any_case()
    {
        await cloud.DisposeAsync();
        cloud = await Cloud.StartAsync(("Servers:ForceConfigDrive", "false"));
        var plain = await cloud.ServerAsync(await cloud.CreateServerAsync());
        var asked = await cloud.CreateServerAsync(image: await ImageAsync(("img_config_drive", "mandatory")));
        Assert.Equal((null, 1), (plain.ConfigGeneration, (await cloud.ServerAsync(asked)).ConfigGeneration));
    }

    [Fact]
    public async Task An_image_can_want_a_config_drive_for_a_rebuild_and_bring_the_guest_a_tag_and_files()
    {
        await cloud.DisposeAsync();
        cloud = await Cloud.StartAsync(("Servers:ForceConfigDrive", "false"));
        var image = await ImageAsync(("img_config_drive", "mandatory"));
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, $$$"""
            {"rebuild":{"imageRef":"{{{image}}}","personality":[{"path":"/x","contents":"eA=="}]}}
            """);
        Assert.Equal(1, (await cloud.ServerAsync(server)).ConfigGeneration);
        await cloud.AssertWholeAsync(server);
        await cloud.DoAsync(server, Rebuild(cloud.Image));
        Assert.Equal(2, (await cloud.ServerAsync(server)).ConfigGeneration);
        await cloud.AssertWholeAsync(server);

        var network = (await cloud.Demo.GetJsonAsync("/network/v2.0/networks"))["networks"]![0]!["id"]!;
        foreach (var (source, status) in new[] { (image, 202), (cloud.Image, 400) })
        {
            using var tagged = await cloud.Demo.PostAsync("/v2.1/servers", $$$"""
                {"server":{"name":"vm","flavorRef":"42","imageRef":"{{{source}}}",
                 "networks":[{"uuid":"{{{network}}}","tag":"a"}]}}
                """, ("OpenStack-API-Version", "compute 2.42"));
            Assert.Equal(status, (int)tagged.StatusCode);
        }
    }

    [Fact]
    public async Task A_server_keeps_as_much_of_a_long_value_as_with_Nova()
    {
        var image = await ImageAsync(("os_distro", new string('d', 5000)));
        var server = await cloud.ServerAsync(await cloud.CreateServerAsync(image: image));
        Assert.Equal(new string('d', 255), server.ImageWish!.Properties["os_distro"]);
    }

    [Fact]
    public void A_server_with_an_address_of_its_choice_is_put_only_where_addresses_are_reserved()
    {
        var old = new HostState("old", "nova", Claim.None, Claim.None);
        var plain = ServerOf("os_distro", "debian");
        Assert.Empty(ServerHardware.DemandsOf(plain, plain.Flavor));
        var choosy = plain with { Labels = plain.Labels with { FixedIp = "192.0.2.15" } };
        var demand = Assert.Single(ServerHardware.DemandsOf(choosy, choosy.Flavor));
        Assert.False(demand.IsMetBy(old));
        Assert.True(demand.IsMetBy(old with { Abilities = new HostAbilities() }));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("soon", 60)]
    [InlineData("-1", 60)]
    [InlineData("99999999999", 86400)]
    public void An_image_says_how_long_its_guest_may_take_to_switch_off(string value, int seconds)
    {
        var server = ServerOf("os_shutdown_timeout", value);
        var setting = TimeSpan.FromSeconds(60);
        Assert.Equal(TimeSpan.FromSeconds(seconds), ServerHardware.ShutdownTimeoutOf(server, setting));
        Assert.Equal(setting, ServerHardware.ShutdownTimeoutOf(server with { ImageId = "other" }, setting));
    }

    private static Server ServerOf(string property, string value) => new()
    {
        Id = Guid.NewGuid(),
        Name = "a",
        ProjectId = "p",
        UserId = "u",
        ImageId = "i",
        ImageWish = new ImageWish("i", new Dictionary<string, string> { [property] = value }),
        Flavor = new ServerFlavor("1", "f", 1, 64, 1),
        VmState = VmStates.Active,
    };

    private MachineHardware? HardwareOf(Guid server) => cloud.Host.Machines[server].RunningAs!.Hardware;

    private static string Rebuild(string image) => $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}""";

    private static string Rescue(string image) => $$$"""{"rescue":{"rescue_image_ref":"{{{image}}}"}}""";

    private async Task<string> ImageAsync(params (string Key, string Value)[] properties)
    {
        var body = new JsonObject { ["disk_format"] = "raw", ["container_format"] = "bare" };
        foreach (var (key, value) in properties)
            body[key] = value;
        using var made = await cloud.Demo.PostAsync("/image/v2/images", body.ToJsonString());
        var id = (string)(await TestApp.JsonAsync(made))["id"]!;
        (await cloud.Demo.PutAsync($"/image/v2/images/{id}/file", new byte[1024])).Dispose();
        return id;
    }

    private async Task ChangeAsync(string image, string patch)
    {
        using var changed = await cloud.App.SendAsync(
            HttpMethod.Patch, $"/image/v2/images/{image}", cloud.Demo.Token,
            new StringContent(patch, Encoding.UTF8, "application/openstack-images-v2.1-json-patch"));
        Assert.Equal(200, (int)changed.StatusCode);
    }

    private async Task FlavorAsync(string id, string specs)
    {
        (await cloud.Admin.PostAsync("/v2.1/flavors",
            $$$"""{"flavor":{"id":"{{{id}}}","name":"f{{{id}}}","vcpus":1,"ram":64,"disk":1}}""")).Dispose();
        using var put = await cloud.Admin.PostAsync(
            $"/v2.1/flavors/{id}/os-extra_specs", $$"""{"extra_specs":{{specs}}}""");
        Assert.Equal(200, (int)put.StatusCode);
    }

    private static async Task<string> MessageAsync(HttpResponseMessage answer)
        => (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!;
}
