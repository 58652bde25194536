using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Proxies;

/// <summary>Images as Nova showed them up to 2.35, in the form that it documents.</summary>
public sealed class ImageProxyTests : IAsyncLifetime
{
    private const string Old = """{"architecture":"x86_64","auto_disk_config":"True","kernel_id":"nokernel"}""";
    private Cloud cloud = null!;
    private string image = "";

    public async ValueTask InitializeAsync()
    {
        cloud = await Cloud.StartAsync(("Quotas:MetadataItems", "5"));
        image = await MakeAsync("fakeimage7", """, "architecture":"x86_64","auto_disk_config":"True","kernel_id":"nokernel" """);
        using var stored = await cloud.Demo.PutAsync($"/image/v2/images/{image}/file", new byte[1024]);
        Assert.Equal(204, (int)stored.StatusCode);
    }

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task An_image_is_shown_as_nova_documents_it()
    {
        var shown = (await cloud.Demo.GetJsonAsync($"/v2.1/images/{image}"))["image"]!;
        var real = await cloud.Demo.GetJsonAsync($"/image/v2/images/{image}");
        var root = $"http://{cloud.App.Address.Authority}";
        var documented = JsonNode.Parse($$"""
            {"OS-DCF:diskConfig":"AUTO","OS-EXT-IMG-SIZE:size":1024,"created":"{{real["created_at"]}}","id":"{{image}}",
             "links":[{"href":"{{root}}/v2.1/images/{{image}}","rel":"self"},
                      {"href":"{{root}}/images/{{image}}","rel":"bookmark"},
                      {"href":"{{root}}/image/v2/images/{{image}}","rel":"alternate",
                       "type":"application/vnd.openstack.image"}],
             "metadata":{{Old}},"minDisk":0,"minRam":0,"name":"fakeimage7","progress":100,"status":"ACTIVE",
             "updated":"{{real["updated_at"]}}"}
            """);
        Assert.True(JsonNode.DeepEquals(documented, shown), shown.ToJsonString());
        var listed = (await ListAsync("detail?name=fakeimage7")).Single();
        Assert.True(JsonNode.DeepEquals(documented, listed), listed!.ToJsonString());
        var brief = (await ListAsync("?name=fakeimage7")).Single()!;
        Assert.Equal(["id", "name", "links"], brief.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task A_snapshot_links_to_its_server_and_an_image_without_bytes_is_being_saved()
    {
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"createImage":{"name":"snap"}}""");
        var queued = await MakeAsync("empty", "");

        var snapshot = (await ListAsync($"detail?server=http://x/servers/{server}")).Single()!;

        Assert.Equal(("snap", server.ToString()), ((string)snapshot["name"]!, (string)snapshot["server"]!["id"]!));
        Assert.Equal(
            ["self", "bookmark"], snapshot["server"]!["links"]!.AsArray().Select(link => (string)link!["rel"]!));
        var empty = (await ListAsync("detail?status=QUEUED")).Single()!;
        Assert.Equal((queued, "SAVING", 25, null),
            ((string)empty["id"]!, (string)empty["status"]!, (int)empty["progress"]!, empty["OS-EXT-IMG-SIZE:size"]));
        Assert.Equal([snapshot["id"]!.ToString()],
            (await ListAsync("?type=snapshot")).Select(found => (string)found!["id"]!));
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged()
    {
        var newer = await MakeAsync("newer", ""","min_ram":64,"min_disk":1,"color":"red" """);
        Assert.Equal([newer], await IdsAsync("?minRam=64&minDisk=1"));
        Assert.Equal([newer], await IdsAsync("?property-color=red"));
        Assert.Empty(await IdsAsync("?changes-since=2999-01-01T00:00:00Z"));
        Assert.Equal([newer, image, cloud.Image], await IdsAsync("?changes-since=2020-01-01T00:00:00Z&nonsense=1"));

        var page = await cloud.Demo.GetJsonAsync("/v2.1/images?limit=2");

        Assert.Equal([newer, image], page["images"]!.AsArray().Select(found => (string)found!["id"]!));
        Assert.EndsWith($"/v2.1/images?limit=2&marker={image}", (string)page["images_links"]![0]!["href"]!,
            StringComparison.Ordinal);
        Assert.Equal([cloud.Image], await IdsAsync($"?limit=2&marker={image}"));
    }

    [Fact]
    public async Task Metadata_are_listed_shown_added_replaced_and_deleted()
    {
        var path = $"/v2.1/images/{image}/metadata";
        Assert.Equal($$"""{"metadata":{{Old}}}""", (await cloud.Demo.GetJsonAsync(path)).ToJsonString());
        Assert.Equal("""{"meta":{"kernel_id":"nokernel"}}""",
            (await cloud.Demo.GetJsonAsync($"{path}/kernel_id")).ToJsonString());
        Assert.Equal((200, """{"metadata":{"Label":"x","architecture":"x86_64","auto_disk_config":"True","kernel_id":"no"}}"""),
            await AskAsync("POST", path, """{"metadata":{"kernel_id":"no","Label":"x"}}"""));
        Assert.Equal((200, """{"meta":{"auto_disk_config":"False"}}"""),
            await AskAsync("PUT", $"{path}/auto_disk_config", """{"meta":{"auto_disk_config":"False"}}"""));
        Assert.Equal("MANUAL",
            (string)(await cloud.Demo.GetJsonAsync($"/v2.1/images/{image}"))["image"]!["OS-DCF:diskConfig"]!);
        Assert.Equal((200, """{"metadata":{"Label":"Changed","os":"linux"}}"""),
            await AskAsync("PUT", path, """{"metadata":{"os":"linux","Label":"Changed"}}"""));
        Assert.Equal((204, ""), await AskAsync("DELETE", $"{path}/os"));
        Assert.Equal("""{"metadata":{"Label":"Changed"}}""", (await cloud.Demo.GetJsonAsync(path)).ToJsonString());
        Assert.Equal("Changed", (string)(await cloud.Demo.GetJsonAsync($"/image/v2/images/{image}"))["Label"]!);
    }

    [Theory]
    [InlineData("GET", "NONE", null, 404, "Image not found.")]
    [InlineData("DELETE", "NONE", null, 404, "Image not found.")]
    [InlineData("GET", "NONE/metadata", null, 404, "Image not found.")]
    [InlineData("GET", "IMAGE/metadata/none", null, 404, "The resource could not be found.")]
    [InlineData("DELETE", "IMAGE/metadata/none", null, 404, "Invalid metadata key")]
    [InlineData("PUT", "IMAGE/metadata/a", """{"meta":{"b":"c"}}""", 400, "Request body and URI mismatch")]
    [InlineData("PUT", "IMAGE/metadata/a", """{"meta":{"a":1}}""", 400, "1 is not of type 'string'")]
    [InlineData("PUT", "IMAGE/metadata/a", """{"meta":{"a":"1","b":"2"}}""", 400, "has too many properties")]
    [InlineData("POST", "IMAGE/metadata", """{"metadata":{"a":"1","b":"2","c":"3"}}""", 403,
        "Image metadata limit exceeded")]
    [InlineData("PUT", "IMAGE/metadata", """{"metadata":{"name":"other"}}""", 400, "name is an attribute of the image")]
    [InlineData("PUT", "IMAGE/metadata", """{"metadata":{"status":"active"}}""", 403, "Attribute 'status' is read-only.")]
    [InlineData("POST", "IMAGE/metadata", """{"meta":{}}""", 400, "'metadata' is a required property")]
    [InlineData("GET", "?limit=0", null, 400, "0 is less than the minimum of 1")]
    [InlineData("GET", "?limit=x", null, 400, "'x' does not match '^[0-9]*$'")]
    [InlineData("GET", "?marker=NONE", null, 400, "No image found with ID NONE")]
    [InlineData("DELETE", "PUBLIC", null, 403, "You are not allowed to delete the image.")]
    [InlineData("POST", "PUBLIC/metadata", """{"metadata":{"a":"1"}}""", 403, "Not authorized for image PUBLIC.")]
    [InlineData("DELETE", "PUBLIC/metadata/a", null, 403, "Not authorized for image PUBLIC.")]
    public async Task A_wrong_request_is_refused_in_novas_words(
        string method, string path, string? body, int status, string message)
    {
        var (answered, fault) = await cloud.Demo.AskAsync(
            method, path[0] == '?' ? $"/v2.1/images{Fill(path)}" : $"/v2.1/images/{Fill(path)}", body);
        Assert.Equal(status, answered);
        Assert.Contains(Fill(message), (string)fault!.AsObject().Single().Value!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_deleted_unless_it_is_protected()
    {
        await PatchAsync("true");
        Assert.Equal(403, (await AskAsync("DELETE", $"/v2.1/images/{image}")).Status);
        await PatchAsync("false");
        Assert.Equal((204, ""), await AskAsync("DELETE", $"/v2.1/images/{image}"));
        Assert.Equal(404, (await AskAsync("GET", $"/image/v2/images/{image}")).Status);
    }

    [Theory]
    [InlineData("2.38", 200)]
    [InlineData("2.39", 404)]
    public async Task Metadata_are_there_up_to_2_38(string version, int status)
    {
        using var answer = await cloud.Demo.GetAsync(
            $"/v2.1/images/{image}/metadata", ("OpenStack-API-Version", $"compute {version}"));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Another_projects_image_is_not_there()
    {
        var other = await People.AddAsync(cloud.App, "other", "other", "member");
        Assert.Equal(404, (await other.AskAsync("GET", $"/v2.1/images/{image}")).Status);
        Assert.Equal(404, (await other.AskAsync("DELETE", $"/v2.1/images/{image}/metadata/kernel_id")).Status);
        Assert.DoesNotContain(image, await IdsAsync("", other));
        var reader = await People.AddAsync(cloud.App, "demoreader", "demo", "reader");
        Assert.Equal(200, (await reader.AskAsync("GET", $"/v2.1/images/{image}")).Status);
        Assert.Equal(403, (await reader.AskAsync("DELETE", $"/v2.1/images/{image}/metadata/kernel_id")).Status);
        Assert.Equal(403, (await reader.AskAsync("DELETE", $"/v2.1/images/{image}")).Status);
    }

    private string Fill(string text) => text
        .Replace("IMAGE", image, StringComparison.Ordinal)
        .Replace("PUBLIC", cloud.Image, StringComparison.Ordinal)
        .Replace("NONE", "5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a", StringComparison.Ordinal);

    private async Task PatchAsync(string isProtected)
    {
        using var content = new StringContent(
            $$"""[{"op":"replace","path":"/protected","value":{{isProtected}}}]""",
            new System.Net.Http.Headers.MediaTypeHeaderValue("application/openstack-images-v2.1-json-patch"));
        using var answer = await cloud.App.SendAsync(
            HttpMethod.Patch, $"/image/v2/images/{image}", cloud.Demo.Token, content);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private async Task<string> MakeAsync(string name, string more)
    {
        var (status, made) = await cloud.Demo.AskAsync("POST", "/image/v2/images",
            $$"""{"name":"{{name}}","disk_format":"raw","container_format":"bare"{{more}}}""");
        Assert.Equal(201, status);
        return (string)made!["id"]!;
    }

    private async Task<(int Status, string Text)> AskAsync(string method, string path, string? body = null)
    {
        var (status, answer) = await cloud.Demo.AskAsync(method, path, body);
        return (status, answer?.ToJsonString() ?? "");
    }

    private async Task<JsonArray> ListAsync(string query, TestUser? user = null)
    {
        var path = query is [] or ['?', ..] ? $"/v2.1/images{query}" : $"/v2.1/images/{query}";
        return (await (user ?? cloud.Demo).GetJsonAsync(path))["images"]!.AsArray();
    }

    private async Task<IEnumerable<string>> IdsAsync(string query, TestUser? user = null)
        => (await ListAsync(query, user)).Select(found => (string)found!["id"]!);
}
