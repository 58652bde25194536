using System.Net.Http.Headers;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// A member fills the disk with images, or something else fills it to the last byte. Nobody else is stopped, and
/// deleting always works.
/// </summary>
public sealed class StorageReserveTests(StorageReserveTests.SmallData service) : ServiceTests(service),
IClassFixture<StorageReserveTests.SmallData>
{
    private const string Hard = """{"reboot": {"type": "HARD"} }""";

    [Fact]
    public async Task A_member_who_uploads_all_that_is_taken_stops_nobody()
    {
        var server = await NewServerAsync();
        var images = new List<string>();
        foreach (var size in (int[])[16 << 20, 4 << 20, 1 << 20, 64 << 10, 4 << 10])
            images.AddRange(await UploadAllAsync(size));

        await server.DoAsync(Hard, "ACTIVE");
        // A server's disk needs space that images may not take. Only the server's owner is affected, not everybody.
        await (await BeginServerAsync()).SettledAsync("ERROR");
        await server.DeleteAsync();
        foreach (var image in images)
            Assert.Equal(204, (await Service.Demo.SendAsync(HttpMethod.Delete, $"/image/v2/images/{image}")).Status);
    }

    [Fact]
    public async Task
        On_a_disk_that_is_full_to_the_last_byte_deleting_reading_and_signing_in_go_on_and_with_room_all_does()
    {
        var (first, second, third) = (await NewServerAsync(), await NewServerAsync(), await NewServerAsync());
        var image = await Service.Demo.AddImageAsync("small", "raw", new byte[4096]);
        var disk = ((SmallData)Service).Disk;
        await disk.FillAsync();

        // Uploads in progress at that moment may still be accepted.
        await Poll.UntilAsync(
            "a refusal", async () => (await Service.Demo.PostAsync("/image/v2/images", "{}")).Status == 503);
        await first.DeleteAsync();
        // Something else takes the space that deleting frees.
        await disk.FillMoreAsync();
        Assert.Equal(204, (await Service.Demo.SendAsync(HttpMethod.Delete, $"/image/v2/images/{image}")).Status);
        Assert.Equal(202, (await second.TryAsync("forceDelete")).Status);
        await second.GoneAsync();
        var refused = await third.TryAsync(Hard);
        Assert.Equal(503, refused.Status);
        Assert.Contains(
            "nothing but deleting, reading and signing in", (string)refused.Json["serviceUnavailable"]!["message"]!,
            StringComparison.Ordinal);
        await Cloud.SignInAsync(Service.Address, Path.Combine(Service.Data, "clouds.yaml"), "demo");
        Assert.Equal("ACTIVE", (string)(await third.ShowAsync())["status"]!);

        disk.Empty();
        await Poll.UntilAsync(
            "new work to be taken", async () => (await Service.Demo.PostAsync("/image/v2/images", "{}")).Status == 201);
        await third.DoAsync(Hard, "ACTIVE");
    }

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        ((SmallData)Service).Disk.Empty();
        return base.DisposeAsync();
    }

    /// <summary>Uploads images of that size until one is refused for lack of space.</summary>
    private async Task<IReadOnlyList<string>> UploadAllAsync(int size)
    {
        var images = new List<string>();
        while (true)
        {
            var made = await Service.Demo.PostAsync(
                "/image/v2/images", """{"disk_format": "raw", "container_format": "bare"}""");
            Assert.Equal(201, made.Status);
            images.Add((string)made.Json["id"]!);
            using var content = new ByteArrayContent(new byte[size])
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
            };
            var answer = await Service.Demo.SendAsync(HttpMethod.Put, $"/image/v2/images/{images[^1]}/file", content);
            if (answer.Status == 413)
                return images;
            Assert.Equal(204, answer.Status);
        }
    }

    /// <summary>A data folder of 192 MiB.</summary>
    public sealed class SmallData : TestService
    {
        internal SmallDisk Disk => new(Data);

        internal override Dictionary<string, string> Settings => new(base.Settings)
        {
            ["Scheduling__DiskAllocationRatio"] = "1000",
            ["Storage__Ballast"] = "8388608",
        };

        internal override async Task PrepareDataAsync()
        {
            SmallDisk.RequireRoot();
            await Disk.MountAsync(192);
        }

        internal override async Task RemoveDataAsync()
        {
            await Disk.UnmountAsync();
            await base.RemoveDataAsync();
        }
    }
}
