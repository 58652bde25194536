using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiroku.Servers.Machines;

namespace Kiroku.Tests.Servers;

/// <summary>What a snapshot has from its request, its server's image and Nova.</summary>
public sealed class SnapshotMetadataTests : IAsyncLifetime
{
    private Cloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await Cloud.StartAsync();

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Theory]
    [InlineData("status", "active", 403, "HTTP 403 Forbidden: Attribute 'status' is read-only.")]
    [InlineData("size", "5", 403, "HTTP 403 Forbidden: Attribute 'size' is read-only.")]
    [InlineData("self", "x", 403, "HTTP 403 Forbidden: Attribute 'self' is read-only.")]
    [InlineData("deleted", "1", 403, "HTTP 403 Forbidden: Attribute 'deleted' is reserved.")]
    [InlineData("os_glance_x", "1", 403, "HTTP 403 Forbidden: Attribute 'os_glance_x' is reserved.")]
    [InlineData("owner", "them", 403,
        "HTTP 403 Forbidden: You are not permitted to create images owned by 'them'")]
    [InlineData("min_disk", "1", 400, "HTTP 400 Bad Request: Provided object does not match schema 'image': '1' is")]
    [InlineData("protected", "true", 400, "HTTP 400 Bad Request: Provided object does not match schema 'image': 'tru")]
    [InlineData("tags", "a", 400, "HTTP 400 Bad Request: Provided object does not match schema 'image': 'a' is not")]
    [InlineData("disk_format", "zip", 400, "HTTP 400 Bad Request: Provided object does not match schema 'image': 'z")]
    [InlineData("id", "11111111-2222-3333-4444-555555555555\n", 400,
        "HTTP 400 Bad Request: Provided object does not match schema 'image': '11111111-2222-3333-4444-555555555555")]
    [InlineData("id", "x", 400, "HTTP 400 Bad Request: Provided object does not match schema 'image': 'x'")]
    [InlineData("instance_owner", "them", 403, "HTTP 403 Forbidden: Only shared images have members.")]
    public async Task Metadata_that_would_change_what_the_service_says_of_an_image_is_refused(
        string key, string value, int status, string message)
    {
        var server = await cloud.CreateServerAsync();
        using var answer = await AskAsync(server, new JsonObject { [key] = value });
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith(message, (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!);
        Assert.Empty((await cloud.Demo.GetJsonAsync("/image/v2/images?name=snap"))["images"]!.AsArray());
    }

    [Fact]
    public async Task Metadata_that_Nova_overwrites_has_no_effect_and_no_document_has_a_key_twice()
    {
        var server = await cloud.CreateServerAsync();
        var image = await SnapshotAsync(server, new JsonObject
        {
            ["name"] = "other",
            ["visibility"] = "public",
            ["disk_format"] = "raw",
            ["container_format"] = "bare",
            ["owner"] = cloud.Demo.ProjectId,
            ["kernel_id"] = "None",
            ["image_state"] = "mine",
            ["image_type"] = "backup",
            ["os_type"] = "linux",
        });
        Assert.Equal(
            ("snap", "private", "qcow2", null, "available", "backup", "linux"),
            (Text("name"), Text("visibility"), Text("disk_format"), Text("kernel_id"), Text("image_state"),
                Text("image_type"), Text("os_type")));

        string? Text(string key) => (string?)image[key];
    }

    [Fact]
    public async Task An_id_in_the_metadata_is_the_images_but_only_once()
    {
        var server = await cloud.CreateServerAsync();
        var id = Guid.NewGuid().ToString();
        Assert.Equal(id, (string)(await SnapshotAsync(server, new JsonObject { ["id"] = id }))["id"]!);
        using var again = await AskAsync(server, new JsonObject { ["id"] = id });
        Assert.Equal(409, (int)again.StatusCode);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task Properties_that_an_older_version_let_in_do_not_repeat_a_key()
    {
        await cloud.Database.WriteAsync(async db =>
        {
            using var command = db.CreateCommand();
            command.CommandText = """UPDATE images SET properties = '{"a":"b","status":"mine"}'""";
            return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }, TestContext.Current.CancellationToken);
        Assert.Equal(("b", "active"), Shown(await ReadAsync(cloud.Image)));
        var server = await cloud.CreateServerAsync();
        Assert.Equal(("b", "active"), Shown(await SnapshotAsync(server)));

        static (string?, string?) Shown(JsonObject image) => ((string?)image["a"], (string?)image["status"]);
    }

    [Fact]
    public async Task A_snapshot_does_not_inherit_what_concerns_its_servers_image_alone()
    {
        string[] own = ["cache_in_nova", "bittorrent", "img_signature", "img_signature_hash_method",
            "img_signature_key_type", "img_signature_certificate_uuid", "cinder_encryption_key_id",
            "cinder_encryption_key_deletion_policy", "img_block_device_mapping"];
        var source = await ImageAsync([("os_type", "linux")]);
        var server = await cloud.CreateServerAsync(image: source);
        // No server can be made of an image that has them all.
        var added = own.Select(key => new JsonObject { ["op"] = "add", ["path"] = $"/{key}", ["value"] = "x" });
        using var changed = await cloud.App.SendAsync(
            HttpMethod.Patch, $"/image/v2/images/{source}", cloud.Demo.Token, new StringContent(
                new JsonArray([.. added]).ToJsonString(), Encoding.UTF8,
                "application/openstack-images-v2.1-json-patch"));
        Assert.Equal(200, (int)changed.StatusCode);
        var image = await SnapshotAsync(server);
        Assert.Equal("linux", (string?)image["os_type"]);
        Assert.DoesNotContain(image, pair => own.Contains(pair.Key));
        Assert.Equal("x", (string?)(await SnapshotAsync(server, new JsonObject { [own[0]] = "x" }))[own[0]]);
    }

    [Fact]
    public async Task The_base_of_a_snapshots_snapshot_is_the_first_image_which_also_rescues()
    {
        var first = await ImageAsync([]);
        var second = (string)(await SnapshotAsync(await cloud.CreateServerAsync(image: first)))["id"]!;
        var server = await cloud.CreateServerAsync(image: second);
        Assert.Equal(first, (string?)(await SnapshotAsync(server))["base_image_ref"]);
        Assert.Null((await cloud.DoAsync(server, """{"rescue":null}""")).Action.Message);
        Assert.Equal(first, (await cloud.ServerAsync(server)).RescueImageId);
        await cloud.DoAsync(server, """{"unrescue":null}""");
        await cloud.DoAsync(server, $$$"""{"rebuild":{"imageRef":"{{{second}}}"}}""");
        Assert.Equal(first, (string?)(await SnapshotAsync(server))["base_image_ref"]);
        await cloud.DoAsync(server, $$$"""{"rebuild":{"imageRef":"{{{cloud.Image}}}"}}""");
        Assert.Equal(cloud.Image, (string?)(await SnapshotAsync(server))["base_image_ref"]);
    }

    [Fact]
    public async Task A_first_image_that_is_gone_or_not_the_projects_to_use_does_not_rescue_whoever_asks()
    {
        var other = await People.AddAsync(cloud.App, "other", "other", "member");
        using var made = await other.PostAsync(
            "/image/v2/images", """{"disk_format":"raw","container_format":"bare","visibility":"private"}""");
        var theirs = (string)(await TestApp.JsonAsync(made))["id"]!;
        (await other.PutAsync($"/image/v2/images/{theirs}/file", new byte[1024])).Dispose();
        foreach (var first in (string[])[theirs, Guid.NewGuid().ToString(), "nonsense"])
        {
            var image = await ImageAsync([("base_image_ref", first)]);
            var server = await cloud.CreateServerAsync(image: image);
            using var asked = await cloud.Admin.PostAsync(
                $"/v2.1/servers/{server}/action", """{"rescue":null}""");
            await cloud.EndedAsync(server, asked.Headers.GetValues("x-compute-request-id").Single());
            Assert.Equal(image, (await cloud.ServerAsync(server)).RescueImageId);
            Assert.Contains(Disks.RescueOf(server), cloud.Host.Volumes.Keys);
        }
    }

    private Task<HttpResponseMessage> AskAsync(Guid server, JsonObject metadata)
        => cloud.Demo.PostAsync(
            $"/v2.1/servers/{server}/action",
            new JsonObject { ["createImage"] = new JsonObject { ["name"] = "snap", ["metadata"] = metadata } }
                .ToJsonString(),
            ("OpenStack-API-Version", "compute 2.45"));

    /// <summary>Makes a snapshot and reads its document.</summary>
    private async Task<JsonObject> SnapshotAsync(Guid server, JsonObject? metadata = null)
    {
        using var answer = await AskAsync(server, metadata ?? new JsonObject());
        Assert.Equal(202, (int)answer.StatusCode);
        await cloud.EndedAsync(server, answer.Headers.GetValues("x-compute-request-id").Single());
        return await ReadAsync((string)(await TestApp.JsonAsync(answer))["image_id"]!);
    }

    /// <summary>An image's document, in which no key may stand twice.</summary>
    private async Task<JsonObject> ReadAsync(string image)
    {
        using var answer = await cloud.Demo.GetAsync($"/image/v2/images/{image}");
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(text);
        var keys = document.RootElement.EnumerateObject().Select(property => property.Name).ToList();
        Assert.Equal(keys.Distinct(), keys);
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>An image of demo's with these properties.</summary>
    private async Task<string> ImageAsync(IEnumerable<(string Key, string Value)> properties)
    {
        var body = new JsonObject { ["disk_format"] = "raw", ["container_format"] = "bare" };
        foreach (var (key, value) in properties)
            body[key] = value;
        using var made = await cloud.Demo.PostAsync("/image/v2/images", body.ToJsonString());
        var id = (string)(await TestApp.JsonAsync(made))["id"]!;
        (await cloud.Demo.PutAsync($"/image/v2/images/{id}/file", new byte[1024])).Dispose();
        return id;
    }
}
