using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Kiroku.Tests.Terraform;

/// <summary>openstack_images_image_v2 with a local file, with the requests of
/// resource_openstack_images_image_v2.go.</summary>
public sealed class ImageResourceTests
{
    private const string Create = """
        {"name":"mine","container_format":"bare","disk_format":"raw","visibility":"private","protected":true,"min_disk":1,"min_ram":64,"tags":["a"],"hw_disk_bus":"virtio","old":"1"}
        """;

    private const string Changes = """
        [{"op":"replace","path":"/visibility","value":"shared"},{"op":"replace","path":"/protected","value":false},
        {"op":"replace","path":"/os_hidden","value":true},{"op":"replace","path":"/min_disk","value":2},
        {"op":"replace","path":"/min_ram","value":128},{"op":"replace","path":"/name","value":"yours"},
        {"op":"replace","path":"/tags","value":["b","c"]},{"op":"add","path":"/new","value":"2"},
        {"op":"replace","path":"/hw_disk_bus","value":"scsi"},{"op":"remove","path":"/old"}]
        """;

    [Fact]
    public async Task An_image_is_uploaded_checked_changed_and_deleted()
    {
        await using var app = await TestApp.StartAsync();
        var cloud = await Gophercloud.SignInAsync(app, "demo");
        var bytes = new byte[512 * 1024];
        var id = (string)(await cloud.ImageAsync("POST", "images", Create, [201]))!["id"]!;
        Assert.Equal("queued", (string?)(await ReadAsync(cloud, id))["status"]);
        await cloud.ImageAsync("PUT", $"images/{id}/file", bytes, "application/octet-stream", 204);
        var read = await ReadAsync(cloud, id);
        Assert.Equal("active", (string?)read["status"]);
        Assert.Equal((Md5(bytes), bytes.Length), ((string?)read["checksum"], (int)read["size"]!));
        Assert.Equal(("mine", 1, 64, true, "private"), Told(read));
        Assert.Equal(("virtio", "1", """["a"]"""),
            ((string?)read["hw_disk_bus"], (string?)read["old"], read["tags"]!.ToJsonString()));

        await cloud.ImageAsync("PATCH", $"images/{id}", Encoding.UTF8.GetBytes(Changes),
            "application/openstack-images-v2.1-json-patch", 200);
        read = await ReadAsync(cloud, id);
        Assert.Equal(("yours", 2, 128, false, "shared"), Told(read));
        Assert.True((bool)read["os_hidden"]!);
        Assert.Equal(
            ("scsi", "2", (string?)null), ((string?)read["hw_disk_bus"], (string?)read["new"], (string?)read["old"]));
        Assert.Equal(["b", "c"], read["tags"]!.AsArray().Select(tag => (string)tag!).Order());

        await cloud.ImageAsync("DELETE", $"images/{id}");
        await cloud.ImageAsync("GET", $"images/{id}", takes: [404]);
    }

    private static (string, int, int, bool, string) Told(JsonNode image)
        => ((string)image["name"]!, (int)image["min_disk"]!, (int)image["min_ram"]!, (bool)image["protected"]!,
            (string)image["visibility"]!);

    /// <summary>Reads the image. Each value must have a type that the provider's schema allows.</summary>
    private static async Task<JsonNode> ReadAsync(Gophercloud cloud, string id)
    {
        var image = (await cloud.ImageAsync("GET", $"images/{id}"))!;
        foreach (var time in new[] { "created_at", "updated_at" })
            Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$", (string)image[time]!);
        Assert.Equal(
            ($"/v2/images/{id}/file", "/v2/schemas/image"), ((string?)image["file"], (string?)image["schema"]));
        Assert.Equal(("bare", "raw"), ((string?)image["container_format"], (string?)image["disk_format"]));
        Assert.NotNull((string?)image["owner"]);
        return image;
    }

    // The provider verifies an upload by MD5, the only checksum that Glance shows there.
#pragma warning disable CA5351
    private static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
}
