using System.Text.Json.Nodes;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Tests.Images;

public sealed class ImageRegistrarTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("kiroku-test-").FullName;

    private string Guest => Path.Combine(data, "guest.qcow2");

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task The_guest_image_is_registered_once_for_each_content()
    {
        var first = await StartWithAsync(new Qcow2().ToBytes());
        Assert.Equal(("kiroku-guest", "public", "active"),
            ((string)first["name"]!, (string)first["visibility"]!, (string)first["status"]!));
        Assert.Equal(1 << 30, (int)first["virtual_size"]!);
        Assert.Equal((string)first["id"]!, (string)(await StartWithAsync(new Qcow2().ToBytes()))["id"]!);
        var second = await StartWithAsync(new Qcow2 { Size = 1 << 20 }.ToBytes());
        Assert.NotEqual((string)first["id"]!, (string)second["id"]!);
    }

    [Fact]
    public async Task A_guest_image_that_is_no_disk_stops_the_start()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartWithAsync([1, 2, 3]));
        Assert.Contains(Guest, failure.Message);
    }

    [Fact]
    public async Task Remains_of_a_stopped_process_are_cleaned_up()
    {
        await using (var app = await TestApp.StartAsync(dataDirectory: data))
        {
            var demo = await app.SignInAsync();
            (await demo.PostAsync("/image/v2/images", """{"name":"broken"}""")).Dispose();
            await app.Services.GetRequiredService<IDatabase>().WriteAsync(
                db => db.ExecuteAsync("UPDATE images SET status = 'saving'"), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(
                Path.Combine(data, "images", "x.part"), "half", TestContext.Current.CancellationToken);
        }
        await using var again = await TestApp.StartAsync(dataDirectory: data);
        var list = await (await again.SignInAsync()).GetJsonAsync("/image/v2/images?name=broken");
        Assert.Equal("queued", (string)list["images"]![0]!["status"]!);
        Assert.Empty(Directory.GetFiles(Path.Combine(data, "images")));
    }

    /// <summary>Starts with this guest image, and returns the image of its name that a user finds then.</summary>
    private async Task<JsonNode> StartWithAsync(byte[] content)
    {
        await File.WriteAllBytesAsync(Guest, content, TestContext.Current.CancellationToken);
        await using var app = await TestApp.StartAsync(
            builder => builder.Configuration["KIROKU_GUEST_IMAGE"] = Guest, data);
        var list = await (await app.SignInAsync()).GetJsonAsync("/image/v2/images?name=kiroku-guest");
        return Assert.Single(list["images"]!.AsArray())!.DeepClone();
    }
}
