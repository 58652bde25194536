using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kiroku.Tests.Storage;

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
        Assert.Equal($"{app.Address}image/v2/",
            (string)(await TestApp.JsonAsync(answer))["versions"]![0]!["links"]![0]!["href"]!);
    }

    [Fact]
    public async Task An_image_is_announced_filled_shown_fetched_and_deleted()
    {
        var content = new Qcow2().ToBytes();
        var image = await CreateAsync(demo,
            """{"name":"mine","disk_format":"qcow2","container_format":"bare","min_disk":1,"os_distro":"debian","tags":["a"]}""");
        Assert.Equal(("queued", "shared"), ((string)image["status"]!, (string)image["visibility"]!));
        var path = $"/image/v2/images/{(string)image["id"]!}";
        Assert.Equal(204, (int)(await demo.GetAsync($"{path}/file")).StatusCode);
        Assert.Equal(204, (int)(await demo.PutAsync($"{path}/file", content)).StatusCode);
        image = await demo.GetJsonAsync(path);
        Assert.Equal("active", (string)image["status"]!);
        Assert.Equal((content.Length, 1 << 30), ((int)image["size"]!, (int)image["virtual_size"]!));
        Assert.Equal(Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, content)),
            (string)image["checksum"]!);
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
    public async Task Each_project_sees_its_own_images_and_the_public_ones()
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
        Assert.Equal(
            ["a", "c", "d,e"], Names(await demo.GetJsonAsync("/image/v2/images?name=in:a,c,%22d,e%22&sort=name:asc")));
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
    [InlineData("{", 400)]
    [InlineData("7", 400)]
    [InlineData("""{"name":"😀"}""", 400)]
    [InlineData("""{"a😀":"b"}""", 400)]
    [InlineData("""{"tags":["😀"]}""", 400)]
    [InlineData("""{"tags":"a"}""", 400)]
    [InlineData("""{"owner":null}""", 400)]
    [InlineData("""{"visibility":null}""", 400)]
    [InlineData("""{"min_disk":1.5}""", 400)]
    [InlineData("""{"":"b"}""", 400)]
    [InlineData("""{"checksum":"0cc175b9c0f1b6a831c399e269772661"}""", 403)]
    [InlineData("""{"os_hash_value":"a"}""", 403)]
    [InlineData("""{"locations":[]}""", 403)]
    [InlineData("""{"os_glance_x":"a"}""", 403)]
    [InlineData("""{"status":"active"}""", 403)]
    [InlineData("""{"owner":"other"}""", 403)]
    public async Task Invalid_announcements_are_refused(string body, int status)
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
    [InlineData("protected=True")]
    [InlineData("member_status=x")]
    [InlineData("name=like:a")]
    [InlineData("name=in:%22a")]
    [InlineData("name=in:%22a%22b")]
    [InlineData("name=in:a%22b%22")]
    [InlineData("created_at=gt:x")]
    [InlineData("created_at=about:2026-01-01")]
    [InlineData("changes-since=2026-01-01")]
    [InlineData("sort=name&sort_key=size")]
    [InlineData("sort_key=name&sort_dir=asc&sort_dir=desc")]
    public async Task Invalid_list_queries_are_400(string query)
    {
        using var answer = await demo.GetAsync($"/image/v2/images?{query}");
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task An_id_is_taken_once_and_for_good_and_a_protected_image_stays()
    {
        var body = $$"""{"id":"{{Guid.NewGuid()}}","protected":true}""";
        var id = (string)(await CreateAsync(demo, body))["id"]!;
        Assert.Equal(409, (int)(await admin.PostAsync("/image/v2/images", body)).StatusCode);
        Assert.Equal(403, (int)(await demo.DeleteAsync($"/image/v2/images/{id}")).StatusCode);
        var free = $$"""{"id":"{{Guid.NewGuid()}}"}""";
        id = (string)(await CreateAsync(demo, free))["id"]!;
        Assert.Equal(204, (int)(await demo.DeleteAsync($"/image/v2/images/{id}")).StatusCode);
        // Hosts may still have the deleted image's content.
        Assert.Equal(409, (int)(await admin.PostAsync("/image/v2/images", free)).StatusCode);
    }

    [Fact]
    public async Task Lists_are_filtered_by_every_attribute_of_an_image()
    {
        var small = await CreateAsync(demo,
            """{"name":"small","disk_format":"raw","container_format":"bare","tags":["x86","old"],"os_distro":"debian","min_ram":64}""");
        await demo.PutAsync($"/image/v2/images/{(string)small["id"]!}/file", new byte[100]);
        await CreateAsync(demo, """{"name":"other","tags":["x86"],"protected":true,"disk_format":"qcow2"}""");
        await CreateAsync(demo, """{"name":"gone","os_hidden":true}""");
        var created = (string)small["created_at"]!;
        foreach (var query in (string[])[
            "size_min=100", "size_max=100", "min_ram_min=1", "tag=x86&tag=old", "os_distro=debian", "status=active",
            "disk_format=raw",
            "protected=false", "size=100", "checksum=6d0bb00954ceb7fbee436bb55a8397a9", "name=in:small,%22a,b%22",
            $"id={(string)small["id"]!}", "status=in:active,saving"])
            Assert.Equal(["small"], Names(await demo.GetJsonAsync($"/image/v2/images?{query}")));
        foreach (var query in (string[])["tag=x86", $"created_at=gte:{created}", $"updated_at=gte:{created}",
            "created_at=neq:2020-01-01T00:00:00Z", $"owner={demo.ProjectId}", "member_status=all"])
            Assert.Equal(["other", "small"], Names(await demo.GetJsonAsync($"/image/v2/images?{query}")));
        foreach (var query in (string[])["tag=x86&tag=new", "created_at=lt:2020-01-01", "os_distro=arch",
            "no_such=thing", "size_min=101", "name=", "owner=other"])
            Assert.Empty(Names(await demo.GetJsonAsync($"/image/v2/images?{query}")));
        Assert.Equal(["gone"], Names(await demo.GetJsonAsync("/image/v2/images?os_hidden=True")));
        Assert.Equal(["small", "other"], Names(await demo.GetJsonAsync("/image/v2/images?sort=size:desc,name")));
        Assert.Equal(["small", "other"], Names(await demo.GetJsonAsync("/image/v2/images?sort_dir=asc")));
    }

    [Fact]
    public async Task Community_images_are_for_everyone_and_in_the_lists_of_those_who_ask()
    {
        var id = (string)(await CreateAsync(demo, """{"name":"ours","visibility":"community"}"""))["id"]!;
        var other = await People.AddAsync(app, "other", "other", "member");
        Assert.Equal(200, (int)(await other.GetAsync($"/image/v2/images/{id}")).StatusCode);
        Assert.Empty(Names(await other.GetJsonAsync("/image/v2/images")));
        Assert.Empty(Names(await admin.GetJsonAsync("/image/v2/images")));
        Assert.Equal(["ours"], Names(await other.GetJsonAsync("/image/v2/images?visibility=community")));
        Assert.Equal(["ours"], Names(await other.GetJsonAsync("/image/v2/images?visibility=all")));
        Assert.Equal(["ours"], Names(await demo.GetJsonAsync("/image/v2/images")));
        Assert.Equal(403, (int)(await other.DeleteAsync($"/image/v2/images/{id}")).StatusCode);
    }

    [Fact]
    public async Task A_reader_sees_images_and_neither_changes_nor_downloads_them()
    {
        var path =
            $"/image/v2/images/{(string)(await CreateAsync(demo, """{"name":"a","disk_format":"raw","container_format":"bare"}"""))["id"]!}";
        await demo.PutAsync($"{path}/file", [1]);
        var reader = await People.AddAsync(app, "reader", "demo", "reader");
        Assert.Equal(["a"], Names(await reader.GetJsonAsync("/image/v2/images")));
        Assert.Equal(200, (int)(await reader.GetAsync(path)).StatusCode);
        Assert.Equal("You are not authorized to complete download_image action.",
            await RefusalAsync(reader.GetAsync($"{path}/file")));
        Assert.Equal("You are not authorized to complete modify_image action.",
            await RefusalAsync(reader.PutJsonAsync($"{path}/tags/a", "")));
        Assert.Equal("You are not authorized to complete deactivate action.",
            await RefusalAsync(reader.PostAsync($"{path}/actions/deactivate", "")));
        Assert.Equal("You are not authorized to complete add_image action.",
            await RefusalAsync(reader.PostAsync("/image/v2/images", "{}")));
    }

    [Fact]
    public async Task Tags_are_put_and_taken_one_by_one()
    {
        var path = $"/image/v2/images/{(string)(await CreateAsync(demo, """{"tags":["a","a"]}"""))["id"]!}";
        foreach (var tag in (string[])["b", "b", "%C3%A9%20%22x"])
            Assert.Equal(204, (int)(await demo.PutJsonAsync($"{path}/tags/{tag}", "")).StatusCode);
        Assert.Equal(
            ["a", "b", "é \"x"], (await demo.GetJsonAsync(path))["tags"]!.AsArray().Select(tag => (string)tag!));
        Assert.Equal(204, (int)(await demo.DeleteAsync($"{path}/tags/b")).StatusCode);
        Assert.Equal(404, (int)(await demo.DeleteAsync($"{path}/tags/b")).StatusCode);
        Assert.Equal(400, (int)(await demo.PutJsonAsync($"{path}/tags/{new string('t', 256)}", "")).StatusCode);
        Assert.Equal(400, (int)(await demo.PutJsonAsync($"{path}/tags/%F0%9F%98%80", "")).StatusCode);
        Assert.Equal(404, (int)(await demo.PutJsonAsync($"/image/v2/images/{Guid.Empty}/tags/b", "")).StatusCode);
        for (var number = 0; number < 126; number++)
            (await demo.PutJsonAsync($"{path}/tags/{number}", "")).Dispose();
        using var tooMany = await demo.PutJsonAsync($"{path}/tags/more", "");
        Assert.Equal(413, (int)tooMany.StatusCode);
        Assert.Equal(128, (await demo.GetJsonAsync(path))["tags"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_deactivated_image_is_not_downloaded_until_it_is_reactivated()
    {
        var path =
            $"/image/v2/images/{(string)(await CreateAsync(demo, """{"disk_format":"raw","container_format":"bare"}"""))["id"]!}";
        Assert.Equal("Not allowed to deactivate image in status 'queued'",
            await RefusalAsync(demo.PostAsync($"{path}/actions/deactivate", "")));
        await demo.PutAsync($"{path}/file", [1, 2]);
        for (var time = 0; time < 2; time++)
            Assert.Equal(204, (int)(await demo.PostAsync($"{path}/actions/deactivate", "")).StatusCode);
        Assert.Equal("deactivated", (string)(await demo.GetJsonAsync(path))["status"]!);
        Assert.StartsWith(
            "The requested image has been deactivated.", await RefusalAsync(demo.GetAsync($"{path}/file")));
        Assert.Equal(200, (int)(await admin.GetAsync($"{path}/file")).StatusCode);
        Assert.Equal(204, (int)(await demo.PostAsync($"{path}/actions/reactivate", "")).StatusCode);
        using var whole = await demo.GetAsync($"{path}/file");
        Assert.Equal("0cb988d042a7f28dd5fe2b55b3f5ac7a", whole.Content.Headers.GetValues("Content-MD5").Single());
    }

    [Theory]
    [InlineData("bytes=1-2", 206, "bc")]
    [InlineData("bytes=-2", 206, "de")]
    [InlineData("bytes=9-", 416, "")]
    [InlineData("BYTES=1-2", 206, "bc")]
    [InlineData("items=0-2", 200, "abcde")]
    public async Task A_part_of_the_bytes_can_be_fetched(string range, int status, string part)
    {
        var path =
            $"/image/v2/images/{(string)(await CreateAsync(demo, """{"disk_format":"raw","container_format":"bare"}"""))["id"]!}/file";
        await demo.PutAsync(path, "abcde"u8.ToArray());
        using var answer = await demo.GetAsync(path, ("Range", range));
        Assert.Equal((status, part),
            ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Clients_learn_what_images_look_like_and_that_nothing_is_imported()
    {
        foreach (var name in (string[])["image", "images", "member", "members"])
            Assert.Equal(name, (string)(await demo.GetJsonAsync($"/image/v2/schemas/{name}"))["name"]!);
        var image = await CreateAsync(demo, "{}");
        var properties = (await demo.GetJsonAsync("/image/v2/schemas/image"))["properties"]!.AsObject();
        Assert.All(image.AsObject(), pair => Assert.True(properties.ContainsKey(pair.Key), pair.Key));
        Assert.Empty((await demo.GetJsonAsync("/image/v2/info/import"))["import-methods"]!["value"]!.AsArray());
        Assert.Equal(404, (int)(await demo.GetAsync("/image/v2/info/stores")).StatusCode);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\u0000b")]
    [InlineData("\u202eevil")]
    [InlineData("")]
    public async Task Names_may_hold_what_Glance_takes(string name)
    {
        Assert.SkipWhen(TestStore.IsShared && name.Contains('\0'),
            "PostgreSQL has no U+0000: U+2400 comes back, and is not found by the other");
        var image = await CreateAsync(demo, new JsonObject { ["name"] = name }.ToJsonString());
        Assert.Equal(name, (string)(await demo.GetJsonAsync($"/image/v2/images/{(string)image["id"]!}"))["name"]!);
        Assert.Equal([name], Names(await demo.GetJsonAsync($"/image/v2/images?name={Uri.EscapeDataString(name)}")));
    }

    private static async Task<string> RefusalAsync(Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        Assert.Equal(403, (int)answer.StatusCode);
        return ((string)(await TestApp.JsonAsync(answer))["message"]!).Split("<br")[0];
    }

    private static async Task<JsonNode> CreateAsync(TestUser user, string body)
    {
        using var answer = await user.PostAsync("/image/v2/images", body);
        Assert.Equal(201, (int)answer.StatusCode);
        return await TestApp.JsonAsync(answer);
    }

    private static IEnumerable<string> Ids(JsonNode list)
        => list["images"]!.AsArray().Select(image => (string)image!["id"]!);

    private static IEnumerable<string> Names(JsonNode list)
        => list["images"]!.AsArray().Select(image => (string)image!["name"]!);
}
