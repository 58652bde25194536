using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Terraform;

public sealed class InstanceResourceTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Full = """
        ,"availability_zone":"nova","config_drive":true,"key_name":"terraform","user_data":"aGVsbG8=","adminPass":"secret","metadata":{"a":"1","b":"2"},"networks":"auto","tags":["x"]
        """;

    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task A_full_instance_is_made_read_renamed_labelled_and_destroyed()
    {
        var client = await ClientAsync();
        await client.ComputeAsync("POST", "os-keypairs", """{"keypair":{"name":"terraform"}}""", takes: [200, 201]);
        var instance = await Instance.CreateAsync(Cloud, client, Full, "2.52");
        var read = await instance.ReadAsync();
        Assert.Equal(("vm", "ACTIVE", "terraform", "nova", "True"),
            (read.Name, read.Status, read.KeyName, read.AvailabilityZone, read.ConfigDrive));
        Assert.Equal((Cloud.Small, Cloud.Image), ((string?)read.Flavor["id"], (string?)read.Image["id"]));
        Assert.Equal(["default"], read.SecurityGroups.Select(group => group["name"]));
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, read.Metadata);
        Assert.Equal(["x"], await instance.TagsAsync());

        await instance.SendAsync("PUT", "", """{"server":{"name":"renamed"}}""", takes: [200]);
        await instance.SendAsync("DELETE", "/metadata/a");
        await instance.SendAsync("POST", "/metadata", """{"metadata":{"b":"3","c":"4"}}""", takes: [200]);
        await instance.SendAsync("PUT", "/tags", """{"tags":["y","z"]}""", "2.26", [200]);
        read = await instance.ReadAsync();
        Assert.Equal("renamed", read.Name);
        Assert.Equal(new Dictionary<string, string> { ["b"] = "3", ["c"] = "4" }, read.Metadata);
        Assert.Equal(["y", "z"], (await instance.TagsAsync()).Order());
        await instance.DestroyAsync();
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(""","networks":"auto" """, "2.37")]
    [InlineData(""","networks":"none" """, "2.37")]
    public async Task A_plain_instance_needs_no_network(string networks, string? microversion)
    {
        var instance = await Instance.CreateAsync(Cloud, await ClientAsync(), networks, microversion);
        var read = await instance.ReadAsync();
        Assert.Equal("", read.AccessIpv4 + read.AccessIpv6);
        Assert.Empty(await instance.TagsAsync());
        await instance.DestroyAsync(force: true);
    }

    [Fact]
    public async Task An_instances_block_device_may_be_its_root_disk_from_its_image()
    {
        var instance = await Instance.CreateAsync(Cloud, await ClientAsync(), BlockDevice(Cloud.Image));
        Assert.Equal(Cloud.Image, (string?)(await instance.ReadAsync()).Image["id"]);
        await instance.DestroyAsync();
    }

    [Fact]
    public async Task Tags_need_a_network_mode_as_with_Nova()
    {
        var body =
            $$$"""{"server":{"name":"vm","imageRef":"{{{Cloud.Image}}}","flavorRef":"{{{Cloud.Small}}}","config_drive":false,"user_data":"","tags":["x"]}}""";
        await (await ClientAsync()).ComputeAsync("POST", "servers", body, "2.52", [400]);
    }

    [Fact]
    public async Task An_administrator_chooses_the_host()
    {
        var client = await Gophercloud.SignInAsync(Cloud.App, "admin");
        var host = (await (await Instance.CreateAsync(Cloud, client)).ReadAsync()).HypervisorHostname;
        var instance = await Instance.CreateAsync(
            Cloud, client, $",\"networks\":\"none\",\"hypervisor_hostname\":\"{host}\"", "2.74");
        Assert.Equal(host, (await instance.ReadAsync()).HypervisorHostname);
    }

    [Fact]
    public async Task The_power_state_is_changed_to_each_that_the_provider_knows()
    {
        var instance = await Instance.CreateAsync(Cloud, await ClientAsync());
        await ToAsync(instance, "os-stop", "SHUTOFF");
        await ToAsync(instance, "os-start", "ACTIVE");
        await ToAsync(instance, "pause", "PAUSED");
        await ToAsync(instance, "unpause", "ACTIVE");
        await ToAsync(instance, "shelve", "SHELVED_OFFLOADED");
        await ToAsync(instance, "unshelve", "ACTIVE");
        await instance.DestroyAsync(stopFirst: true);
    }

    [Fact]
    public async Task A_shelved_instance_is_in_no_zone_and_comes_back_in_the_one_named()
    {
        var instance = await Instance.CreateAsync(Cloud, await ClientAsync(), ""","availability_zone":"nova" """);
        await ToAsync(instance, "shelve", "SHELVED_OFFLOADED");
        Assert.Equal("", (await instance.ReadAsync()).AvailabilityZone);
        await instance.ActAsync("""{"unshelve":{"availability_zone":"nova"}}""", [], "ACTIVE");
        Assert.Equal("nova", (await instance.ReadAsync()).AvailabilityZone);
    }

    [Theory]
    [InlineData("ACTIVE")]
    [InlineData("SHUTOFF")]
    public async Task The_flavor_and_the_image_are_changed_and_the_power_state_stays(string status)
    {
        var instance = await Instance.CreateAsync(Cloud, await ClientAsync());
        if (status == "SHUTOFF")
            await ToAsync(instance, "os-stop", status);
        await instance.ResizeAsync(Cloud.Large);
        var read = await instance.ReadAsync();
        Assert.Equal((Cloud.Large, status), ((string?)read.Flavor["id"], read.Status));

        var image = await Cloud.UploadAsync(new byte[512 * 1024], "raw");
        await instance.ActAsync($$$"""{"rebuild":{"imageRef":"{{{image}}}"}}""", ["REBUILD"], "ACTIVE", "SHUTOFF");
        Assert.Equal(image, (string?)(await instance.ReadAsync()).Image["id"]);
        await instance.DestroyAsync();
    }

    /// <summary>
    /// Writes a mapping as gophercloud's BlockDevice: fields that a configuration leaves out are sent as 0 and false.
    /// </summary>
    private static string BlockDevice(string image) => ",\"block_device_mapping_v2\":[{"
        + $"\"source_type\":\"image\",\"uuid\":\"{image}\",\"boot_index\":0,\"delete_on_termination\":false,\"destinat"
            + "ion_type\":\"local\""
        + "}]";

    private Task<Gophercloud> ClientAsync() => Gophercloud.SignInAsync(Cloud.App, "demo");

    private static async Task ToAsync(Instance instance, string action, string status)
    {
        await instance.ActAsync($$"""{"{{action}}":null}""", [], status);
        Assert.Equal(status, (await instance.ReadAsync()).Status);
    }
}
