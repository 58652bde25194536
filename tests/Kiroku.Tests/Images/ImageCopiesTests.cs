using System.Security.Cryptography;
using Dapper;
using Kiroku.Images;
using Kiroku.Storage;

namespace Kiroku.Tests.Images;

public sealed class ImageCopiesTests : IAsyncLifetime
{
    private const int Pieces = 3;
    private readonly Calls calls = new();
    private readonly byte[] content = RandomNumberGenerator.GetBytes(5 << 19);
    private TestApp app = null!;
    private TestUser demo = null!;
    private OtherNode other = null!;
    private Image image = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Path => $"/image/v2/images/{image.Id}";

    /// <summary>The only image file of the service under test.</summary>
    private string File => Assert.Single(Directory.GetFiles(System.IO.Path.Combine(app.DataDirectory, "images")));

    public async ValueTask InitializeAsync()
    {
        app = await TestApp.StartAsync(builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(calls));
        demo = await app.SignInAsync();
        other = new OtherNode(app);
        using var made = await demo.PostAsync(
            "/image/v2/images", """{"disk_format":"raw","container_format":"bare"}""");
        var id = (string)(await TestApp.JsonAsync(made))["id"]!;
        Assert.Equal(204, (int)(await demo.PutAsync($"/image/v2/images/{id}/file", content)).StatusCode);
        image = await FindAsync(id);
    }

    public async ValueTask DisposeAsync()
    {
        other.Dispose();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task An_image_on_another_node_is_copied_once_for_all_who_need_it()
    {
        var wanted = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => other.Copies.EnsureAsync(image, Cancelled)));
        Assert.Equal(Assert.Single(other.Files), Assert.Single(wanted.Distinct()));
        Assert.Equal(content, await System.IO.File.ReadAllBytesAsync(wanted[0], Cancelled));
        await other.Copies.EnsureAsync(image, Cancelled);
        Assert.Equal(Pieces, calls.Count);
    }

    [Fact]
    public async Task A_copy_goes_on_when_its_caller_has_gone()
    {
        calls.Before = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var impatience = new CancellationTokenSource();
        var gone = other.Copies.EnsureAsync(image, impatience.Token);
        var waits = other.Copies.EnsureAsync(image, Cancelled);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        calls.Before.SetResult();
        Assert.Equal([await waits], other.Files);
        Assert.Equal(Pieces, calls.Count);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public async Task A_copy_that_differs_from_the_upload_is_refused_and_leaves_nothing(int changed, int missing)
    {
        var damaged = content.ToArray();
        damaged[^2] += (byte)changed;
        await System.IO.File.WriteAllBytesAsync(File, damaged[..^missing], Cancelled);
        Assert.Equal($"The copy of image {image.Id} is damaged.", await RefusalAsync());
    }

    [Fact]
    public async Task A_copy_that_breaks_off_leaves_nothing_and_can_be_made_again()
    {
        calls.Failing = 2;
        Assert.Equal($"The node that has image {image.Id} does not answer.", await RefusalAsync());
        await other.Copies.EnsureAsync(image, Cancelled);
        Assert.Equal(content, await System.IO.File.ReadAllBytesAsync(Assert.Single(other.Files), Cancelled));
    }

    [Fact]
    public async Task A_missing_node_is_reported_at_once()
    {
        await SetAsync("node = 'elsewhere'");
        Assert.Equal($"The node that has image {image.Id} does not answer.",
            await RefusalAsync().WaitAsync(TimeSpan.FromSeconds(10), Cancelled));
    }

    [Fact]
    public async Task A_node_that_has_lost_the_bytes_is_reported()
    {
        System.IO.File.Delete(File);
        Assert.Equal($"The data of image {image.Id} is missing.", await RefusalAsync());
        await SetAsync("node = NULL");
        Assert.Equal($"The data of image {image.Id} is missing.", await RefusalAsync());
        await SetAsync("status = 'queued', checksum = NULL, os_hash_value = NULL");
        Assert.Equal($"Image {image.Id} has no data yet.", await RefusalAsync());
    }

    [Fact]
    public async Task A_download_fetches_the_bytes_from_another_node_and_is_503_when_they_are_unavailable()
    {
        await other.Copies.EnsureAsync(image, Cancelled);
        await SetAsync("node = 'elsewhere'");
        Assert.Equal(content, await DownloadAsync());
        System.IO.File.Delete(File);
        using var refused = await demo.GetAsync($"{Path}/file");
        Assert.Equal((503, true), ((int)refused.StatusCode, refused.Headers.RetryAfter is not null));
        Assert.False(refused.Content.Headers.Contains("Content-MD5"));
        System.IO.File.Copy(other.Files.Single(),
            System.IO.Path.Combine(app.DataDirectory, "images", System.IO.Path.GetFileName(other.Files.Single())));
        using var part = await demo.GetAsync($"{Path}/file", ("Range", "bytes=1-3"));
        Assert.Equal(content[1..4], await part.Content.ReadAsByteArrayAsync(Cancelled));
        Assert.Equal(Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, content)),
            part.Content.Headers.GetValues("Content-MD5").Single());
    }

    [Fact]
    public async Task An_image_without_a_byte_needs_no_node()
    {
        using var made = await demo.PostAsync(
            "/image/v2/images", """{"disk_format":"raw","container_format":"bare"}""");
        var id = (string)(await TestApp.JsonAsync(made))["id"]!;
        Assert.Equal(204, (int)(await demo.PutAsync($"/image/v2/images/{id}/file", [])).StatusCode);
        Assert.Equal(0, new FileInfo(await other.Copies.EnsureAsync(await FindAsync(id), Cancelled)).Length);
    }

    [Fact]
    public void A_full_disk_is_recognised()
    {
        using var full = new FileStream(
            "/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Assert.True(ImageDraft.IsFull(Assert.Throws<IOException>(() => full.WriteByte(1))));
    }

    private async Task<string> RefusalAsync()
    {
        var refusal = await Assert.ThrowsAsync<ImageUnavailableException>(
            () => other.Copies.EnsureAsync(image, Cancelled));
        Assert.Empty(other.Files);
        return refusal.Message;
    }

    private async Task<byte[]> DownloadAsync()
    {
        using var answer = await demo.GetAsync($"{Path}/file");
        Assert.Equal(200, (int)answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync(Cancelled);
    }

    private async Task SetAsync(string columns)
    {
        await app.Services.GetRequiredService<IDatabase>().WriteAsync(
            db => db.ExecuteAsync($"UPDATE images SET {columns}"), Cancelled);
        image = await FindAsync(image.Id);
    }

    private async Task<Image> FindAsync(string id)
        => (await app.Services.GetRequiredService<ImageStore>().FindAsync(id, Cancelled))!;

    /// <summary>Counts the reads of pieces, and delays them or makes one fail.</summary>
    private sealed class Calls : IIncomingGrainCallFilter
    {
        private int count;

        public int Count => count;

        public int? Failing { get; set; }

        public TaskCompletionSource? Before { get; set; }

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.InterfaceMethod?.DeclaringType == typeof(IImageGrain))
            {
                if (Before is { } before)
                    await before.Task;
                if (Interlocked.Increment(ref count) == Failing)
                    throw new TimeoutException("The test wants it so.");
            }
            await context.Invoke();
        }
    }
}
