using System.Text.Json;
using System.Text.Json.Nodes;
using Kiroku.Servers.State;
using Kiroku.Tests.Images;

namespace Kiroku.Tests.Servers;

/// <summary>What servers use of flavors and images, and who may use them.</summary>
public sealed class FlavorsAndImagesTests : IAsyncLifetime
{
    private static readonly string TooHuge = "Flavor's disk is too small for requested image. Flavor disk is "
        + $"{1L << 30} bytes, image is {1L << 40} bytes.";

    private Cloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await Cloud.StartAsync();

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_server_keeps_its_flavor_after_the_flavor_is_gone()
    {
        await MakeFlavorAsync("9", "mine", 256, 2);
        (await cloud.Admin.PostAsync("/v2.1/flavors/9/os-extra_specs", """{"extra_specs":{"a":"b"}}""")).Dispose();
        var server = await cloud.CreateServerAsync("9");
        Assert.Equal(202, (int)(await cloud.Admin.DeleteAsync("/v2.1/flavors/9")).StatusCode);
        var shown =
            (await cloud.Demo.GetJsonAsync(
                $"/v2.1/servers/{server}", ("OpenStack-API-Version", "compute 2.47")))["server"]!["flavor"]!;
        Assert.Equal(
            """{"vcpus":1,"ram":256,"disk":2,"ephemeral":0,"swap":0,"original_name":"mine","extra_specs":{"a":"b"}}""",
            shown.ToJsonString());
        await cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""");
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public void A_flavor_that_was_kept_before_there_were_extra_specs_is_read()
    {
        var flavor = JsonSerializer.Deserialize(
            """{"id":"1","name":"a","vcpus":1,"memory_mib":2,"disk_gib":3}""", ServerJson.Default.ServerFlavor)!;
        Assert.Empty(flavor.ExtraSpecs);
    }

    [Fact]
    public async Task A_flavor_of_others_is_not_found_and_one_without_disk_refused()
    {
        await MakeFlavorAsync("9", "theirs", 256, 2, isPublic: false);
        await MakeFlavorAsync("10", "diskless", 256, 0);
        var server = await cloud.CreateServerAsync();
        Assert.Equal((400, "Flavor 9 could not be found."), await TryCreateAsync("9", cloud.Image));
        Assert.Equal(
            (400, "Flavor 9 could not be found."), await TryActAsync(server, """{"resize":{"flavorRef":"9"}}"""));
        Assert.Equal((403, "Only volume-backed servers are allowed for flavors with zero disk."),
            await TryCreateAsync("10", cloud.Image));
        Assert.Equal((400, "Server disk was unable to be resized because: Resize to zero disk flavor is not allowed."),
            await TryActAsync(server, """{"resize":{"flavorRef":"10"}}"""));
        (await cloud.Admin.PostAsync(
            "/v2.1/flavors/9/action", $$$"""{"addTenantAccess":{"tenant":"{{{cloud.Demo.ProjectId}}}"}}""")).Dispose();
        await cloud.DoAsync(server, """{"resize":{"flavorRef":"9"}}""");
        Assert.Equal("theirs", (await cloud.ServerAsync(server)).Flavor.Name);
    }

    [Fact]
    public async Task A_flavor_must_satisfy_its_images_minimums()
    {
        const string Memory = "Flavor's memory is too small for requested image.";
        var disk = "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is "
            + $"{1L << 30} bytes, minimum size is {2L << 30} bytes.";
        await MakeFlavorAsync("9", "little memory", 64, 2);
        var server = await cloud.CreateServerAsync(Cloud.Large, await ImageAsync("""{"min_ram":100,"min_disk":2}"""));
        var image = (await cloud.ServerAsync(server)).ImageId;
        Assert.Equal((400, Memory), await TryCreateAsync("9", image));
        Assert.Equal((400, disk), await TryCreateAsync(Cloud.Small, image));
        Assert.Equal((400, Memory), await TryActAsync(server, """{"resize":{"flavorRef":"9"}}"""));
        Assert.Equal((400, disk), await TryActAsync(server, $$$"""{"resize":{"flavorRef":"{{{Cloud.Small}}}"}}"""));
        var other = await cloud.CreateServerAsync();
        Assert.Equal((400, disk), await TryActAsync(other, $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}"""));
    }

    [Fact]
    public async Task A_disk_that_claims_to_be_huge_is_400()
    {
        var server = await cloud.CreateServerAsync();
        var image = await cloud.UploadAsync(new Qcow2 { Size = 1UL << 40 }.ToBytes(), "qcow2");
        Assert.Equal(1L << 40, (long)(await cloud.Demo.GetJsonAsync($"/image/v2/images/{image}"))["virtual_size"]!);
        foreach (var refused in await TryEveryUseAsync(server, image))
            Assert.Equal((400, TooHuge), refused);
    }

    [Fact]
    public async Task A_disk_whose_size_was_not_known_fails_its_server_in_Novas_words()
    {
        var image = await cloud.UploadAsync(new Qcow2 { Size = 1UL << 40 }.ToBytes(), "qcow2");
        await ExecuteAsync("UPDATE images SET virtual_size = NULL");
        var server = await cloud.ServerAsync(await cloud.CreateServerAsync(Cloud.Small, image));
        Assert.Equal(VmStates.Error, server.VmState);
        Assert.Equal(TooHuge, server.Fault!.Message);
        Assert.Empty(cloud.Host.DisksOf(server.Id));
    }

    [Theory]
    [InlineData("vmdk", "vmdk", "Images of the disk format vmdk are not supported; qcow2 and raw are.")]
    [InlineData("iso", "iso", "Images of the disk format iso are not supported; qcow2 and raw are.")]
    [InlineData("raw", "vmdk", "The image is declared raw but its content is vmdk.")]
    [InlineData("raw", "luks",
        "The image is declared raw but its content is encrypted by LUKS, which is not supported.")]
    public async Task An_image_that_no_server_can_be_made_from_is_400_and_touches_nothing(
        string declared, string content, string reason)
    {
        var server = await cloud.CreateServerAsync();
        var image = await cloud.UploadAsync(ForeignDisks.Of(content, 1 << 20), declared);
        foreach (var refused in await TryEveryUseAsync(server, image))
            Assert.Equal((400, $"Image {image} is unacceptable: {reason}"), refused);
        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_file_larger_than_the_flavors_disk_is_400()
    {
        await MakeFlavorAsync("9", "tiny", 256, 1);
        var image = await cloud.UploadAsync(new byte[1024], "raw");
        await ExecuteAsync("UPDATE images SET size = 1073741825");
        Assert.Equal((400, "Flavor's disk is too small for requested image. Flavor disk is 1073741824 bytes, image is "
            + "1073741825 bytes."), await TryCreateAsync("9", image));
    }

    [Fact]
    public async Task A_shared_image_can_be_used_by_its_members_but_not_while_it_is_deactivated()
    {
        var other = await People.AddAsync(cloud.App, "other", "other", "member");
        using var made = await other.PostAsync(
            "/image/v2/images", """{"disk_format":"raw","container_format":"bare"}""");
        var image = (string)(await TestApp.JsonAsync(made))["id"]!;
        await other.PutAsync($"/image/v2/images/{image}/file", new byte[1024]);
        Assert.Equal((400, "Can not find requested image"), await TryCreateAsync(Cloud.Small, image));
        (await other.PostAsync($"/image/v2/images/{image}/members", $$"""{"member":"{{cloud.Demo.ProjectId}}"}"""))
            .Dispose();
        var server = await cloud.CreateServerAsync(Cloud.Small, image);
        (await other.PostAsync($"/image/v2/images/{image}/actions/deactivate", "")).Dispose();
        Assert.Equal((400, $"Image {image} is not active."), await TryCreateAsync(Cloud.Small, image));
        Assert.Equal((400, $"Image {image} is not active."),
            await TryActAsync(server, $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}"""));
    }

    [Fact]
    public async Task A_server_goes_on_after_its_image_is_gone()
    {
        var image = await ImageAsync("{}");
        var server = await cloud.CreateServerAsync(Cloud.Small, image);
        Assert.Equal(204, (int)(await cloud.Demo.DeleteAsync($"/image/v2/images/{image}")).StatusCode);
        await cloud.SweepAsync();
        foreach (var action in (string[])["""{"os-stop":null}""", """{"os-start":null}""", """{"shelve":null}""",
            """{"unshelve":null}""", """{"resize":{"flavorRef":"84"}}""", """{"confirmResize":null}"""])
            Assert.Null((await cloud.DoAsync(server, action)).Action.Message);
        Assert.Equal((400, "Cannot find image for rebuild"),
            await TryActAsync(server, $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}"""));
        await cloud.AssertWholeAsync(server);
    }

    private async Task MakeFlavorAsync(string id, string name, int ram, int disk, bool isPublic = true)
    {
        var flavor = new JsonObject
        {
            ["id"] = id,
            ["name"] = name,
            ["ram"] = ram,
            ["vcpus"] = 1,
            ["disk"] = disk,
            ["os-flavor-access:is_public"] = isPublic,
        };
        using var made = await cloud.Admin.PostAsync(
            "/v2.1/flavors", new JsonObject { ["flavor"] = flavor }.ToJsonString());
        Assert.Equal(200, (int)made.StatusCode);
    }

    /// <summary>An image of demo's with these attributes.</summary>
    private async Task<string> ImageAsync(string attributes)
    {
        var body = JsonNode.Parse(attributes)!;
        (body["disk_format"], body["container_format"]) = ("raw", "bare");
        using var made = await cloud.Demo.PostAsync("/image/v2/images", body.ToJsonString());
        var id = (string)(await TestApp.JsonAsync(made))["id"]!;
        await cloud.Demo.PutAsync($"/image/v2/images/{id}/file", new byte[1024]);
        return id;
    }

    private Task ExecuteAsync(string sql) => cloud.Database.WriteAsync(async db =>
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }, TestContext.Current.CancellationToken);

    /// <summary>The refusals of all requests that make a disk from an image.</summary>
    private async Task<IEnumerable<(int, string)>> TryEveryUseAsync(Guid server, string image) =>
    [
        await TryCreateAsync(Cloud.Small, image),
        await TryActAsync(server, $$$"""{"rebuild":{"imageRef":"{{{image}}}"}}"""),
        await TryActAsync(server, $$$"""{"rescue":{"rescue_image_ref":"{{{image}}}"}}"""),
    ];

    private async Task<(int, string)> TryCreateAsync(string flavor, string image)
        => await RefusalAsync(
            cloud.Demo.PostAsync("/v2.1/servers",
                $$$"""{"server":{"name":"vm","flavorRef":"{{{flavor}}}","imageRef":"{{{image}}}"}}"""));

    private async Task<(int, string)> TryActAsync(Guid server, string body)
        => await RefusalAsync(cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", body));

    private static async Task<(int, string)> RefusalAsync(Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        return ((int)answer.StatusCode,
            (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!);
    }
}
