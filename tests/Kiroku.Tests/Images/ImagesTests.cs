using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Kiroku.Tests.Images;

public sealed class ImagesTests : IAsyncLifetime
{
    private TestApp app = null!;
    private TestUser demo = null!;
    private TestUser admin = null!;

    public async ValueTask InitializeAsync()
    {
        app = await TestApp.StartAsync();
        (demo, admin) = (await app.SignInAsync(), await app.SignInAsync("admin"));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task The_root_offers_versions_without_a_token()
    {
        using var answer = await app.SendAsync(HttpMethod.Get, "/image/");
        Assert.Equal(300, (int)answer.StatusCode);
        Assert.Equal($"{app.Address}image/v2/", (string)(await TestApp.JsonAsync(answer))["versions"]![0]!["links"]![0]!["href"]!);
    }

    [Fact]
    public async Task An_image_is_announced_filled_shown_fetched_and_deleted()
    {
        var content = new Qcow2().ToBytes();
        var image = await CreateAsync(demo, """{"name":"mine","disk_format":"qcow2","container_format":"bare","min_disk":1,"os_distro":"debian","tags":["a"]}""");
        Assert.Equal(("queued", "shared"), ((string)image["status"]!, (string)image["visibility"]!));
        var path = $"/image/v2/images/{(string)image["id"]!}";
        Assert.Equal(204, (int)(await demo.GetAsync($"{path}/file")).StatusCode);
        Assert.Equal(204, (int)(await demo.PutAsync($"{path}/file", content)).StatusCode);
        image = await demo.GetJsonAsync(path);
        Assert.Equal("active", (string)image["status"]!);
        Assert.Equal((content.Length, 1 << 30), ((int)image["size"]!, (int)image["virtual_size"]!));
        Assert.Equal(Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, content)), (string)image["checksum"]!);
        Assert.Equal(Convert.ToHexStringLower(SHA512.HashData(content)), (string)image["os_hash_value"]!);
        Assert.Equal(("debian", "a"), ((string)image["os_distro"]!, (string)image["tags"]![0]!));
        using var fetched = await demo.GetAsync($"{path}/file");
        Assert.Equal(content, await fetched.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(409, (int)(await demo.PutAsync($"{path}/file", content)).StatusCode);
        Assert.Equal(204, (int)(await demo.DeleteAsync(path)).StatusCode);
        Assert.Equal(404, (int)(await demo.GetAsync(path)).StatusCode);
        Assert.Empty(Directory.GetFiles(Path.Combine(app.DataDirectory, "images")));
    }

    [Fact]
    public async Task Content_that_is_no_disk_is_kept_but_has_no_virtual_size()
    {
        var image = await CreateAsync(demo, """{"disk_format":"qcow2","container_format":"bare"}""");
        await demo.PutAsync($"/image/v2/images/{(string)image["id"]!}/file", new byte[1000]);
        Assert.Null((await demo.GetJsonAsync($"/image/v2/images/{(string)image["id"]!}"))["virtual_size"]);
    }

    [Fact]
    public async Task Each_sees_their_own_images_and_the_public_ones()
    {
        var own = (string)(await CreateAsync(demo, """{"name":"own"}"""))["id"]!;
        var hidden = (string)(await CreateAsync(admin, """{"name":"theirs","visibility":"private"}"""))["id"]!;
        var all = (string)(await CreateAsync(admin, """{"name":"all","visibility":"public"}"""))["id"]!;
        Assert.Equal([all, own], Ids(await demo.GetJsonAsync("/image/v2/images")));
        Assert.Equal([all, hidden, own], Ids(await admin.GetJsonAsync("/image/v2/images")));
        Assert.Equal(404, (int)(await demo.GetAsync($"/image/v2/images/{hidden}")).StatusCode);
        Assert.Equal(404, (int)(await demo.DeleteAsync($"/image/v2/images/{hidden}")).StatusCode);
        Assert.Equal(403, (int)(await demo.DeleteAsync($"/image/v2/images/{all}")).StatusCode);
        Assert.Equal(403, (int)(await demo.PutAsync($"/image/v2/images/{all}/file", [])).StatusCode);
        Assert.Equal(403, (int)(await demo.PostAsync("/image/v2/images", """{"visibility":"public"}""")).StatusCode);
    }

    [Fact]
    public async Task Lists_are_filtered_sorted_and_paged()
    {
        foreach (var name in (string[])["a", "b", "c", "d,e"])
            await CreateAsync(demo, $$"""{"name":"{{name}}"}""");
        Assert.Equal(["b"], Names(await demo.GetJsonAsync("/image/v2/images?name=b")));
        Assert.Equal(["a", "c", "d,e"], Names(await demo.GetJsonAsync("/image/v2/images?name=in:a,c,%22d,e%22&sort=name:asc")));
        var a = (string)(await demo.GetJsonAsync("/image/v2/images?name=a"))["images"]![0]!["id"]!;
        Assert.Equal(["a"], Names(await demo.GetJsonAsync($"/image/v2/images?id=in:{a},{Guid.Empty}")));
        Assert.Empty(Names(await demo.GetJsonAsync("/image/v2/images?status=active")));
        Assert.Empty(Names(await demo.GetJsonAsync("/image/v2/images?visibility=public")));
        Assert.Empty(Names(await demo.GetJsonAsync("/image/v2/images?os_hidden=true")));
        var page = await demo.GetJsonAsync("/image/v2/images?limit=2&sort_key=name&sort_dir=asc");
        Assert.Equal(["a", "b"], Names(page));
        Assert.Equal("/v2/images?limit=2&sort_key=name&sort_dir=asc", (string)page["first"]!);
        page = await demo.GetJsonAsync("/image" + (string)page["next"]!);
        Assert.Equal(["c", "d,e"], Names(page));
        page = await demo.GetJsonAsync("/image" + (string)page["next"]!);
        Assert.Empty(Names(page));
        Assert.Null(page["next"]);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"name":7}""", 400)]
    [InlineData("""{"disk_format":"floppy"}""", 400)]
    [InlineData("""{"min_disk":-1}""", 400)]
    [InlineData("""{"min_ram":3000000000}""", 400)]
    [InlineData("""{"id":"no-uuid"}""", 400)]
    [InlineData("""{"visibility":"secret"}""", 400)]
    [InlineData("""{"protected":"yes"}""", 400)]
    [InlineData("""{"tags":[1]}""", 400)]
    [InlineData("""{"own":{"a":1}}""", 400)]
    [InlineData("""{"\udc00":"a"}""", 400)]
    [InlineData("""{"status":"active"}""", 403)]
    [InlineData("""{"owner":"other"}""", 403)]
    public async Task Announcements_that_make_no_sense_are_told_so(string body, int status)
    {
        using var answer = await demo.PostAsync("/image/v2/images", body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith($"{status} ", (string)(await TestApp.JsonAsync(answer))["code"]!);
    }

    [Theory]
    [InlineData("limit=x")]
    [InlineData("limit=-1")]
    [InlineData("marker=x")]
    [InlineData("sort=x")]
    [InlineData("sort=name:up")]
    [InlineData("visibility=x")]
    [InlineData("size_min=x")]
    [InlineData("os_hidden=x")]
    [InlineData("os_distro=debian")]
    public async Task Lists_that_make_no_sense_are_400(string query)
    {
        using var answer = await demo.GetAsync($"/image/v2/images?{query}");
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task An_id_is_taken_once_and_a_protected_image_stays()
    {
        var body = $$"""{"id":"{{Guid.NewGuid()}}","protected":true}""";
        var id = (string)(await CreateAsync(demo, body))["id"]!;
        Assert.Equal(409, (int)(await admin.PostAsync("/image/v2/images", body)).StatusCode);
        Assert.Equal(403, (int)(await demo.DeleteAsync($"/image/v2/images/{id}")).StatusCode);
    }

    private static async Task<JsonNode> CreateAsync(TestUser user, string body)
    {
        using var answer = await user.PostAsync("/image/v2/images", body);
        Assert.Equal(201, (int)answer.StatusCode);
        return await TestApp.JsonAsync(answer);
    }

    private static IEnumerable<string> Ids(JsonNode list) => list["images"]!.AsArray().Select(image => (string)image!["id"]!);

    private static IEnumerable<string> Names(JsonNode list) => list["images"]!.AsArray().Select(image => (string)image!["name"]!);
}
