using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Kiroku.Storage;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Images;

/// <summary>
/// A project's quotas of images: bytes, number and simultaneous uploads. They are never exceeded, however many
/// requests come at once.
/// </summary>
public sealed class ImageQuotaTests : IAsyncLifetime
{
    private const int MiB = 1024 * 1024;
    private Cloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await Cloud.StartAsync(
        ("Quotas:ImageSizeTotal", "1"), ("Quotas:ImageCountTotal", "6"), ("Quotas:ImageCountUploading", "4"));

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_beyond_the_quota_are_413_in_Glances_words_and_a_deleted_image_frees_room_at_once(
        bool saysLength)
    {
        var (first, second) = (await AnnounceAsync(), await AnnounceAsync());
        Assert.Equal(204, (await SendAsync(first, 700_000, saysLength)).Status);
        var (status, body) = await SendAsync(second, 700_000, saysLength);
        Assert.Equal((413, "413 Request Entity Too Large"), (status, (string?)body?["code"]));
        Assert.Contains($"Project {cloud.Demo.ProjectId} is over a limit for [Resource image_size_total is over limit "
            + "of 1 due to current usage 1 and delta 1]", (string)body!["message"]!);
        Assert.Equal("queued", (string)(await cloud.Demo.GetJsonAsync(second))["status"]!);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(cloud.Folder, "images")).Length);

        Assert.Equal(204, (int)(await cloud.Demo.DeleteAsync(first)).StatusCode);
        Assert.Equal(204, (await SendAsync(second, MiB, saysLength)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Uploads_at_once_do_not_pass_the_quota_together(bool saysLength)
    {
        var images = new List<string>();
        for (var i = 0; i < 4; i++)
            images.Add(await AnnounceAsync());
        var answers = await Task.WhenAll(images.Select(image => SendAsync(image, 400_000, saysLength)));
        Assert.All(answers, answer => Assert.True(answer.Status is 204 or 413));
        // Uploads without a stated length may each find that the others have reserved what they need.
        Assert.InRange(answers.Count(answer => answer.Status == 204), saysLength ? 1 : 0, MiB / 400_000);
    }

    [Fact]
    public async Task Another_project_is_not_affected_and_may_be_given_a_quota_of_its_own()
    {
        Assert.Equal(204, (await SendAsync(await AnnounceAsync(), MiB)).Status);
        var other = await People.AddAsync(cloud.App, "other", "other", "member");
        Assert.Equal(204, (await SendAsync(await AnnounceAsync(other), MiB, user: other)).Status);
        Assert.Equal(413, (await SendAsync(await AnnounceAsync(other), 1, user: other)).Status);

        await cloud.App.Services.GetRequiredService<IDatabase>().WriteAsync(db => db.ExecuteAsync(
            "INSERT INTO quotas (project_id, resource, hard_limit) VALUES (@ProjectId, 'image_size_total', 2)", other),
                TestContext.Current.CancellationToken);
        // Deleting Nova's limits leaves those of Glance.
        Assert.Equal(202, (int)(await cloud.Admin.DeleteAsync($"/v2.1/os-quota-sets/{other.ProjectId}")).StatusCode);
        Assert.Equal(204, (await SendAsync(await AnnounceAsync(other), MiB, user: other)).Status);
        Assert.Equal(413, (await SendAsync(await AnnounceAsync(), 1)).Status);
    }

    [Fact]
    public async Task No_more_images_are_made_than_the_quota_has_and_none_of_servers_either()
    {
        var server = await cloud.CreateServerAsync();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => cloud.Demo.AskAsync("POST", "/image/v2/images", "{}")));
        Assert.Equal(6, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), refused =>
        {
            Assert.Equal(413, refused.Status);
            Assert.Contains("[Resource image_count_total is over limit of 6 due to current usage 6 and delta 1]",
                (string)refused.Body!["message"]!);
        });
        var (status, body) = await cloud.Demo.AskAsync(
            "POST", $"/v2.1/servers/{server}/action", """{"createImage":{"name":"x"}}""");
        Assert.Equal(403, status);
        Assert.StartsWith("Quota exceeded or out of space for image ", (string)body!["forbidden"]!["message"]!);
        Assert.Single(
            JsonNode.Parse(
                (await cloud.Demo.GetJsonAsync(
                    $"/v2.1/servers/{server}/os-instance-actions"))["instanceActions"]!.ToJsonString())!.AsArray());

        var made = (string)answers.First(answer => answer.Status == 201).Body!["id"]!;
        Assert.Equal(204, (int)(await cloud.Demo.DeleteAsync($"/image/v2/images/{made}")).StatusCode);
        Assert.Equal(201, (await cloud.Demo.AskAsync("POST", "/image/v2/images", "{}")).Status);
    }

    [Fact]
    public async Task An_image_of_a_server_counts_with_its_bytes()
    {
        Assert.Equal(204, (await SendAsync(await AnnounceAsync(), MiB)).Status);
        var server = await cloud.CreateServerAsync();
        var (status, _) = await cloud.Demo.AskAsync(
            "POST", $"/v2.1/servers/{server}/action", """{"createImage":{"name":"x"}}""");
        Assert.Equal(403, status);
    }

    [Fact]
    public async Task The_number_of_simultaneous_uploads_is_limited_and_those_of_a_dead_service_do_not_count()
    {
        var slow = new List<(SlowContent Content, string Path, Task Answer)>();
        for (var i = 0; i < 4; i++)
        {
            var (content, path) = (new SlowContent(), await AnnounceAsync());
            slow.Add((content, path, cloud.App.SendAsync(HttpMethod.Put, $"{path}/file", cloud.Demo.Token, content)));
            await cloud.UntilAsync(async () => (string)(await cloud.Demo.GetJsonAsync(path))["status"]! == "saving");
        }
        var fifth = await AnnounceAsync();
        var (status, body) = await SendAsync(fifth, 1);
        Assert.Equal(413, status);
        Assert.Contains("image_count_uploading is over limit of 4", (string)body!["message"]!);
        Assert.Equal(409, (await SendAsync(slow[0].Path, 1)).Status);

        foreach (var upload in slow)
        {
            upload.Content.Finish();
            await upload.Answer;
            upload.Content.Dispose();
        }
        await LeaveBegunAsync();
        cloud.Kill();
        await cloud.StartAgainAsync();
        Assert.Equal(204, (await SendAsync(fifth, MiB)).Status);
    }

    [Fact]
    public async Task Nova_speaks_of_no_quota_of_images()
    {
        var set =
            (await cloud.Admin.GetJsonAsync($"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}"))["quota_set"]!.AsObject();
        Assert.DoesNotContain(set, pair => pair.Key.Contains("image", StringComparison.Ordinal));
        Assert.Equal(400,
            (await cloud.Admin.AskAsync("PUT", $"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}",
                """{"quota_set":{"image_size_total":1}}""")).Status);
    }

    [Fact]
    public async Task An_upload_leaves_the_reserve_alone_and_is_refused_in_advance_if_there_is_no_room()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Configuration["Storage:Reserve"] = long.MaxValue.ToString());
        var demo = await app.SignInAsync();
        var image = await AnnounceAsync(demo);
        var (status, body) = await SendAsync(image, 1, user: demo);
        Assert.Equal(413, status);
        Assert.Contains("There is not enough disk space on the image storage media.", (string)body!["message"]!);
        Assert.Equal("queued", (string)(await demo.GetJsonAsync(image))["status"]!);
    }

    /// <summary>Writes the rows that a process leaves when it is killed during uploads.</summary>
    private Task LeaveBegunAsync()
        => cloud.App.Services.GetRequiredService<IDatabase>().WriteAsync(db => db.ExecuteAsync(
        "UPDATE images SET status = 'saving', node = @Host, size = NULL, os_hash_value = NULL, reserved = @MiB WHERE "
            + "status = 'active' AND owner = @owner",
        new { cloud.App.Services.GetRequiredService<ServiceSettings>().Host, MiB, owner = cloud.Demo.ProjectId }),
            TestContext.Current.CancellationToken);

    private async Task<string> AnnounceAsync(TestUser? user = null)
    {
        var (status, body) = await (user ?? cloud.Demo).AskAsync(
            "POST", "/image/v2/images", """{"disk_format":"raw","container_format":"bare"}""");
        Assert.Equal(201, status);
        return $"/image/v2/images/{(string)body!["id"]!}";
    }

    private async Task<(int Status, JsonNode? Body)> SendAsync(
        string image, int length, bool saysLength = true, TestUser? user = null)
    {
        using HttpContent content = saysLength ? new ByteArrayContent(new byte[length]) : new Unmeasured(length);
        content.Headers.ContentType = new("application/octet-stream");
        var by = user ?? cloud.Demo;
        using var answer = await by.App.SendAsync(HttpMethod.Put, $"{image}/file", by.Token, content);
        return ((int)answer.StatusCode, (int)answer.StatusCode == 204 ? null : await TestApp.JsonAsync(answer));
    }

    /// <summary>A body whose length is unknown until its end.</summary>
    private sealed class Unmeasured(int length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            const int Piece = 64 * 1024;
            for (var sent = 0; sent < length; sent += Piece)
                await stream.WriteAsync(new byte[Math.Min(Piece, length - sent)]);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
