using Dapper;
using Kiroku.Api;
using Kiroku.Images;
using Kiroku.Storage;

namespace Kiroku.Tests.Images;

/// <summary>Images' files and uploads when several nodes start and stop.</summary>
public sealed class ImageNodesTests : IAsyncLifetime
{
    private readonly DirectoryInfo shared = Directory.CreateTempSubdirectory("kiroku-test-");
    private TestApp app = null!;
    private TestUser demo = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private ImageStore Store => app.Services.GetRequiredService<ImageStore>();

    private static string Host => Environment.MachineName;

    public ValueTask InitializeAsync() => StartAsync();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        shared.Delete(recursive: true);
    }

    [Fact]
    public async Task An_image_says_which_node_has_it_unless_all_share_it()
    {
        Assert.Equal(Host, (await FilledAsync([1])).Node);
        await StartAsync(sharing: true);
        Assert.Null((await FilledAsync([1])).Node);
        using var other = new OtherNode(app, shared.FullName);
        Assert.Equal(Assert.Single(other.Files),
            await other.Copies.EnsureAsync((await Store.ListWithDataAsync(Cancelled)).Single(), Cancelled));
    }

    [Fact]
    public async Task A_copy_of_an_image_that_was_deleted_elsewhere_is_swept_and_nothing_else_is()
    {
        using var other = new OtherNode(app);
        var (kept, deleted, sent) = (await FilledAsync([1]), await FilledAsync([2]), await FilledAsync([3]));
        var expected = await other.Copies.EnsureAsync(kept, Cancelled);
        await other.Copies.EnsureAsync(deleted, Cancelled);
        var coming = await other.Copies.EnsureAsync(sent, Cancelled);
        var (draft, foreign) = ($"{other.Folder}/{kept.Id}.x.part", $"{other.Folder}/notes.txt");
        await File.WriteAllTextAsync(draft, "half", Cancelled);
        await File.WriteAllTextAsync(foreign, "not ours", Cancelled);
        (await demo.DeleteAsync($"/image/v2/images/{deleted.Id}")).Dispose();
        await SetAsync(sent, "status = 'saving', os_hash_value = NULL");
        await other.Sweeper.SweepAsync(Cancelled);
        Assert.Equal([.. new[] { expected, coming, draft, foreign }.Order(StringComparer.Ordinal)], other.Files);
    }

    [Fact]
    public async Task An_image_of_another_content_under_the_same_id_is_not_mistaken_for_its_copy()
    {
        using var other = new OtherNode(app);
        var first = await FilledAsync([1]);
        await other.Copies.EnsureAsync(first, Cancelled);
        (await demo.DeleteAsync($"/image/v2/images/{first.Id}")).Dispose();
        // As in an old store, before ids could never be used again.
        await app.Services.GetRequiredService<IDatabase>().WriteAsync(
            db => db.ExecuteAsync("DELETE FROM deleted_images"), Cancelled);
        var second = await FilledAsync([2], first.Id);
        var file = await other.Copies.EnsureAsync(second, Cancelled);
        Assert.Equal([2], await File.ReadAllBytesAsync(file, Cancelled));
        await other.Sweeper.SweepAsync(Cancelled);
        Assert.Equal([file], other.Files);
    }

    [Fact]
    public async Task A_node_that_starts_leaves_alone_what_another_one_is_writing_into_the_shared_folder()
    {
        await StartAsync(sharing: true);
        using var other = new OtherNode(app, shared.FullName);
        var announced = await AnnouncedAsync();
        using var slow = new SlowContent();
        var upload = app.SendAsync(HttpMethod.Put, $"/image/v2/images/{announced}/file", demo.Token, slow);
        await UntilAsync(() => other.Files.Length == 1);
        var abandoned = $"{shared.FullName}/{announced}.x.part";
        await File.WriteAllTextAsync(abandoned, "half", Cancelled);
        File.SetLastWriteTimeUtc(abandoned, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
        await other.Recovery.StartAsync(Cancelled);
        await other.Sweeper.SweepAsync(Cancelled);
        await app.Services.GetRequiredService<ImageSweeper>().SweepAsync(Cancelled);
        Assert.Single(other.Files);
        slow.Finish();
        Assert.Equal(204, (int)(await upload).StatusCode);
        Assert.Equal("active", (await Store.FindAsync(announced, Cancelled))!.Status);
    }

    [Fact]
    public async Task Images_from_before_are_taken_by_the_node_whose_folder_has_them()
    {
        var (here, elsewhere) = (await FilledAsync([1]), await FilledAsync([2]));
        await app.Services.GetRequiredService<IDatabase>().WriteAsync(
            db => db.ExecuteAsync("UPDATE images SET node = NULL"), Cancelled);
        using var other = new OtherNode(app);
        Directory.CreateDirectory(other.Folder);
        await File.WriteAllBytesAsync(Path.Combine(other.Folder, here.Id), [1], Cancelled);
        await other.Recovery.StartAsync(Cancelled);
        Assert.Equal(("other", null),
            ((await Store.FindAsync(here.Id, Cancelled))!.Node,
                (await Store.FindAsync(elsewhere.Id, Cancelled))!.Node));
        Assert.Equal([await other.Copies.EnsureAsync(here, Cancelled)], other.Files);
    }

    [Fact]
    public async Task Images_that_were_moved_into_the_shared_folder_are_everyones_from_the_next_start_on()
    {
        var image = await FilledAsync([1]);
        var file = Directory.GetFiles(Path.Combine(app.DataDirectory, "images")).Single();
        File.Move(file, Path.Combine(shared.FullName, Path.GetFileName(file)));
        using var other = new OtherNode(app, shared.FullName, name: Host);
        await other.Recovery.StartAsync(Cancelled);
        Assert.Null((await Store.FindAsync(image.Id, Cancelled))!.Node);
    }

    [Fact]
    public async Task A_node_takes_back_its_own_uploads_alone_at_its_start_and_later()
    {
        var (own, others) = (await FilledAsync([1]), await FilledAsync([2]));
        await SetAsync(own, "status = 'saving', node = 'other'");
        await SetAsync(others, "status = 'saving', node = 'third'");
        using var other = new OtherNode(app);
        await other.Recovery.StartAsync(Cancelled);
        Assert.Equal(("queued", "saving"),
            ((await Store.FindAsync(own.Id, Cancelled))!.Status,
                (await Store.FindAsync(others.Id, Cancelled))!.Status));
        await SetAsync(own, "status = 'saving', node = 'other'");
        await other.Sweeper.SweepAsync(Cancelled);
        Assert.Equal(("queued", "saving"),
            ((await Store.FindAsync(own.Id, Cancelled))!.Status,
                (await Store.FindAsync(others.Id, Cancelled))!.Status));
    }

    [Fact]
    public async Task An_upload_of_a_dead_node_is_continued_and_its_late_end_changes_nothing()
    {
        var image = await FilledAsync([1]);
        await SetAsync(image, "status = 'saving', node = 'dead', os_hash_value = NULL");
        using var other = new OtherNode(app);
        await Assert.ThrowsAsync<Fault>(() => other.Upload.SaveAsync(image, new MemoryStream([2]), Cancelled));
        await other.Upload.SaveOrContinueAsync(image, new LateStream(async () =>
        {
            Assert.False(await Store.AbandonUploadAsync(image, "dead"));
            Assert.False(await Store.FinishUploadAsync(image, "dead", new ImageContent(1, 1, "md5", "sha512"), "dead"));
        }), Cancelled);
        var now = (await Store.FindAsync(image.Id, Cancelled))!;
        Assert.Equal(("active", "other", 0L), (now.Status, now.Node, now.Size));
        Assert.Equal([await other.Copies.EnsureAsync(now, Cancelled)], other.Files);
    }

    [Fact]
    public async Task Nodes_that_start_at_once_register_the_guest_image_once()
    {
        var guest = Path.Combine(shared.FullName, "guest.qcow2");
        await File.WriteAllBytesAsync(guest, new Qcow2().ToBytes(), Cancelled);
        using var one = new OtherNode(app, guestImage: guest, name: "one");
        using var two = new OtherNode(app, guestImage: guest, name: "two");
        await Task.WhenAll(one.Registrar.StartAsync(Cancelled), two.Registrar.StartAsync(Cancelled));
        var image = Assert.Single(await Store.ListWithDataAsync(Cancelled));
        Assert.Equal(("active", 1), (image.Status, one.Files.Length + two.Files.Length));
    }

    [Fact]
    public async Task A_guest_image_that_a_dead_node_was_registering_is_registered_by_another_one_later()
    {
        var guest = Path.Combine(shared.FullName, "guest.qcow2");
        await File.WriteAllBytesAsync(guest, new Qcow2().ToBytes(), Cancelled);
        using var dead = new OtherNode(app, guestImage: guest, name: "dead");
        using var other = new OtherNode(app, guestImage: guest);
        await dead.Registrar.StartAsync(Cancelled);
        var half = Assert.Single(await Store.ListWithDataAsync(Cancelled));
        await SetAsync(half, "status = 'saving', os_hash_value = NULL");
        await other.Registrar.StartAsync(Cancelled);
        Assert.Equal(half.Id, Assert.Single(await Store.ListWithDataAsync(Cancelled)).Id);
        await SetAsync(half, $"updated_at = '{Timestamps.Format(half.UpdatedAt.AddHours(-1))}'");
        await other.Registrar.StartAsync(Cancelled);
        var image = Assert.Single(await Store.ListWithDataAsync(Cancelled));
        Assert.Equal(("active", "other"), (image.Status, image.Node));
    }

    [Theory]
    [InlineData("images")]
    [InlineData("/nowhere/at/all")]
    public async Task A_missing_shared_folder_stops_the_start(string folder)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => TestApp.StartAsync(builder => builder.Configuration["Images:Folder"] = folder));
        Assert.Contains("Images:Folder is to be the absolute path of a folder that is there.", failure.ToString());
    }

    private async ValueTask StartAsync(bool sharing = false)
    {
        if (app is not null)
            await app.DisposeAsync();
        app = await TestApp.StartAsync(
            builder => builder.Configuration["Images:Folder"] = sharing ? shared.FullName : null);
        demo = await app.SignInAsync();
    }

    private async Task<string> AnnouncedAsync(string? id = null)
    {
        var named = id is null ? "" : $",\"id\":\"{id}\"";
        using var made = await demo.PostAsync(
            "/image/v2/images", $$"""{"disk_format":"raw","container_format":"bare"{{named}}}""");
        return (string)(await TestApp.JsonAsync(made))["id"]!;
    }

    private async Task<Image> FilledAsync(byte[] content, string? id = null)
    {
        id = await AnnouncedAsync(id);
        Assert.Equal(204, (int)(await demo.PutAsync($"/image/v2/images/{id}/file", content)).StatusCode);
        return (await Store.FindAsync(id, Cancelled))!;
    }

    private Task SetAsync(Image image, string columns) => app.Services.GetRequiredService<IDatabase>().WriteAsync(
        db => db.ExecuteAsync($"UPDATE images SET {columns} WHERE id = @Id", image), Cancelled);

    private async Task UntilAsync(Func<bool> condition)
    {
        for (var began = TimeProvider.System.GetTimestamp();
            !condition() && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60);)
            (await app.SendAsync(HttpMethod.Get, "/healthz")).Dispose();
        Assert.True(condition());
    }

    /// <summary>An empty stream during whose reading something else happens.</summary>
    private sealed class LateStream(Func<Task> meanwhile) : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await meanwhile();
            return 0;
        }
    }
}
