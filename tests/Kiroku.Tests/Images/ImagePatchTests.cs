using System.Text;
using System.Text.Json.Nodes;

namespace Kiroku.Tests.Images;

public sealed class ImagePatchTests : IAsyncLifetime
{
    private const string New = "application/openstack-images-v2.1-json-patch";
    private const string Old = "application/openstack-images-v2.0-json-patch";
    private TestApp app = null!;
    private TestUser demo = null!;
    private TestUser admin = null!;
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        app = await TestApp.StartAsync();
        (demo, admin) = (await app.SignInAsync(), await app.SignInAsync("admin"));
        using var made = await demo.PostAsync("/image/v2/images",
            """{"name":"a","disk_format":"raw","container_format":"bare","own":"1","tags":["t"]}""");
        path = $"/image{(string)(await TestApp.JsonAsync(made))["self"]!}";
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task An_images_attributes_are_changed_in_order()
    {
        var image = await PatchAsync("""
            [{"op":"replace","path":"/name","value":"b"},{"op":"add","path":"/min_disk","value":3},{"op":"replace","path":"/tags","value":["x","y","x"]},
             {"op":"add","path":"/hw~1disk~0bus","value":"virtio"},{"op":"replace","path":"/hw~1disk~0bus","value":"scsi"},{"op":"remove","path":"/own"},
             {"op":"replace","path":"/protected","value":true},{"op":"replace","path":"/os_hidden","value":true},{"op":"replace","path":"/visibility","value":"community"},
             {"op":"replace","path":"/disk_format","value":"qcow2"},{"op":"replace","path":"/name","value":null}]
            """);
        Assert.Null(image["name"]);
        Assert.Equal((3, "scsi", true, true),
            ((int)image["min_disk"]!, (string)image["hw/disk~bus"]!, (bool)image["protected"]!,
                (bool)image["os_hidden"]!));
        Assert.Equal(("community", "qcow2"), ((string)image["visibility"]!, (string)image["disk_format"]!));
        Assert.Equal(["x", "y"], image["tags"]!.AsArray().Select(tag => (string)tag!));
        Assert.False(image.AsObject().ContainsKey("own"));
        Assert.Equal(image.ToJsonString(), (await demo.GetJsonAsync(path)).ToJsonString());
    }

    [Fact]
    public async Task The_older_form_is_taken_too()
    {
        var image = await PatchAsync(
            """[{"replace":"/name","value":"b"},{"add":"/new","value":"n"},{"remove":"/own"}]""", Old);
        Assert.Equal(("b", "n", null), ((string)image["name"]!, (string)image["new"]!, image["own"]));
        Assert.Equal(409, (int)(await TryAsync("""[{"add":"/new","value":"m"}]""", Old)).StatusCode);
        Assert.Equal(400, (int)(await TryAsync("""[{"add":"/new","remove":"/new","value":"m"}]""", Old)).StatusCode);
        Assert.Equal(400, (int)(await TryAsync("""[{"op":"add","path":"/new","value":"m"}]""", Old)).StatusCode);
    }

    [Fact]
    public async Task A_patch_is_taken_whole_or_not_at_all()
    {
        using var refused = await TryAsync(
            """[{"op":"replace","path":"/name","value":"b"},{"op":"remove","path":"/none"}]""");
        Assert.Equal(409, (int)refused.StatusCode);
        Assert.Equal("a", (string)(await demo.GetJsonAsync(path))["name"]!);
        Assert.Equal("a", (string)(await PatchAsync("[]"))["name"]!);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json-patch+json")]
    [InlineData("application/openstack-images-v2.2-json-patch")]
    public async Task Another_content_type_is_415(string type)
    {
        using var refused = await TryAsync("[]", type);
        Assert.Equal((415, "Image PATCH expects Content-Type one of: application/openstack-images-v2.0-json-patch, "
            + "application/openstack-images-v2.1-json-patch"),
            ((int)refused.StatusCode, await MessageAsync(refused)));
    }

    [Theory]
    [InlineData("", 400, "Body expected in request.")]
    [InlineData("{", 400, "Malformed JSON in request body.")]
    [InlineData("7", 400, "Unexpected body type. Expected list/dict.")]
    [InlineData("{}", 400, "Request body must be a JSON array of operation objects.")]
    [InlineData("[7]", 400, "Operations must be JSON objects.")]
    [InlineData("""[{"path":"/name"}]""", 400,
        "Unable to find `op` in JSON Schema change. It must be one of the following: add, remove, replace.")]
    [InlineData("""[{"op":"move","path":"/name"}]""", 400,
        "Invalid operation: `move`. It must be one of the following: add, remove, replace.")]
    [InlineData("""[{"op":{},"path":"/name"}]""", 400,
        "Invalid operation: `{}`. It must be one of the following: add, remove, replace.")]
    [InlineData("""[{"op":"add"}]""", 400, "Unable to find 'path' in JSON Schema change")]
    [InlineData("""[{"op":"add","path":7,"value":"a"}]""", 400, "Pointer `7` does not start with \"/\".")]
    [InlineData("""[{"op":"add","path":"name","value":"a"}]""", 400, "Pointer `name` does not start with \"/\".")]
    [InlineData("""[{"op":"add","path":"","value":"a"}]""", 400, "Pointer `` does not start with \"/\".")]
    [InlineData("""[{"op":"add","path":"/","value":"a"}]""", 400, "Pointer `/` does not contains valid token.")]
    [InlineData("""[{"op":"add","path":"/a//b","value":"a"}]""", 400, "Pointer `/a//b` contains adjacent \"/\".")]
    [InlineData("""[{"op":"add","path":"/a/","value":"a"}]""", 400, "Pointer `/a/` end with \"/\".")]
    [InlineData("""[{"op":"add","path":"/a~2","value":"a"}]""", 400,
        "Pointer `/a~2` contains \"~\" not part of a recognized escape sequence.")]
    [InlineData("""[{"op":"add","path":"/a~","value":"a"}]""", 400,
        "Pointer `/a~` contains \"~\" not part of a recognized escape sequence.")]
    [InlineData(
        """[{"op":"add","path":"/tags/-","value":"a"}]""", 400, "Invalid JSON pointer for this resource: '/tags/-'")]
    [InlineData("""[{"op":"add","path":"/own/inner","value":"a"}]""", 400,
        "Invalid JSON pointer for this resource: '/own/inner'")]
    [InlineData("""[{"op":"add","path":"/name"}]""", 400, "Operation \"add\" requires a member named \"value\".")]
    [InlineData("""[{"op":"replace","path":"/name","value":7}]""", 400,
        "Provided object does not match schema 'image': 7 is not of type 'null', 'string'")]
    [InlineData("""[{"op":"replace","path":"/own","value":7}]""", 400,
        "Provided object does not match schema 'image': 7 is not of type 'string'")]
    [InlineData("""[{"op":"replace","path":"/min_ram","value":-1}]""", 400,
        "Invalid value '-1' for parameter 'min_ram': Cannot be a negative value")]
    [InlineData("""[{"op":"replace","path":"/visibility","value":"secret"}]""", 400, "Provided object does not match "
        + "schema 'image': 'secret' is not one of ['community', 'public', 'private', 'shared']")]
    [InlineData(
        """[{"op":"replace","path":"/name","value":"😀"}]""", 400, "Name can't contain 4 byte unicode characters.")]
    [InlineData("""[{"op":"replace","path":"/status","value":"active"}]""", 403, "Attribute 'status' is read-only.")]
    [InlineData("""[{"op":"replace","path":"/checksum","value":"a"}]""", 403, "Attribute 'checksum' is read-only.")]
    [InlineData("""[{"op":"replace","path":"/id","value":"a"}]""", 403, "Attribute 'id' is read-only.")]
    [InlineData("""[{"op":"add","path":"/location","value":"a"}]""", 403, "Attribute 'location' is reserved.")]
    [InlineData("""[{"op":"add","path":"/os_glance_x","value":"a"}]""", 403, "Attribute 'os_glance_x' is reserved.")]
    [InlineData("""[{"op":"add","path":"/locations/-","value":{}}]""", 403,
        "It's not allowed to add locations if locations are invisible.")]
    [InlineData("""[{"op":"replace","path":"/locations","value":[]}]""", 403,
        "It's not allowed to update locations if locations are invisible.")]
    [InlineData("""[{"op":"replace","path":"/owner","value":"other"}]""", 403, "Owner can't be updated by non admin.")]
    [InlineData("""[{"op":"replace","path":"/visibility","value":"public"}]""", 403,
        "You are not authorized to complete publicize_image action.")]
    [InlineData("""[{"op":"remove","path":"/name"}]""", 403, "Property name may not be removed.")]
    [InlineData("""[{"op":"remove","path":"/none"}]""", 409, "Property none does not exist.")]
    [InlineData("""[{"op":"replace","path":"/none","value":"a"}]""", 409, "Property none does not exist.")]
    public async Task An_invalid_patch_is_refused_and_changes_nothing(
        string body, int status, string message)
    {
        var before = (await demo.GetJsonAsync(path)).ToJsonString();
        using var refused = await TryAsync(body);
        Assert.Equal((status, message), ((int)refused.StatusCode, await MessageAsync(refused)));
        Assert.Equal(before, (await demo.GetJsonAsync(path)).ToJsonString());
    }

    [Fact]
    public async Task The_formats_stay_once_the_bytes_are_there()
    {
        await demo.PutAsync($"{path}/file", [1]);
        using var refused = await TryAsync("""[{"op":"replace","path":"/disk_format","value":"qcow2"}]""");
        Assert.Equal((403, "Attribute disk_format can be only replaced for a queued image."),
            ((int)refused.StatusCode, await MessageAsync(refused)));
        Assert.Equal("b", (string)(await PatchAsync("""[{"op":"replace","path":"/name","value":"b"}]"""))["name"]!);
    }

    [Fact]
    public async Task Only_administrators_give_an_image_away_or_to_everyone()
    {
        using var changed = await TryAsync(
            """[{"op":"replace","path":"/owner","value":"other"},{"op":"replace","path":"/visibility","value":"public"}]""",
            user: admin);
        Assert.Equal(200, (int)changed.StatusCode);
        Assert.Equal("other", (string)(await demo.GetJsonAsync(path))["owner"]!);
        using var refused = await TryAsync("""[{"op":"replace","path":"/name","value":"mine"}]""");
        Assert.Equal((403, "You are not authorized to complete modify_image action."),
            ((int)refused.StatusCode, await MessageAsync(refused)));
        Assert.Equal(404, (int)(await TryAsync("[]", at: $"/image/v2/images/{Guid.Empty}")).StatusCode);
    }

    [Fact]
    public async Task The_number_of_properties_is_limited()
    {
        var many = string.Join(
            ',', Enumerable.Range(0, 127).Select(number => $$"""{"op":"add","path":"/p{{number}}","value":""}"""));
        await PatchAsync($"[{many}]");
        using var refused = await TryAsync("""[{"op":"add","path":"/more","value":"a"}]""");
        Assert.Equal(413, (int)refused.StatusCode);
        Assert.Equal("2", (string)(await PatchAsync("""[{"op":"add","path":"/own","value":"2"}]"""))["own"]!);
    }

    private async Task<JsonNode> PatchAsync(string body, string type = New)
    {
        using var answer = await TryAsync(body, type);
        Assert.Equal(200, (int)answer.StatusCode);
        return await TestApp.JsonAsync(answer);
    }

    private Task<HttpResponseMessage> TryAsync(string body, string type = New, TestUser? user = null, string? at = null)
        => app.SendAsync(
            HttpMethod.Patch, at ?? path, (user ?? demo).Token, new StringContent(body, Encoding.UTF8, type));

    private static async Task<string> MessageAsync(HttpResponseMessage answer)
        => ((string)(await TestApp.JsonAsync(answer))["message"]!).Split("<br")[0];
}
