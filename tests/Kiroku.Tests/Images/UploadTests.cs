using System.Net.Sockets;
using System.Text;

namespace Kiroku.Tests.Images;

public sealed class UploadTests : IAsyncLifetime
{
    private TestApp app = null!;
    private TestUser demo = null!;

    public async ValueTask InitializeAsync()
    {
        app = await TestApp.StartAsync(builder => builder.Configuration["Images:MaxSize"] = "300000");
        demo = await app.SignInAsync();
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Theory]
    [InlineData("Content-Length: 1000\r\n\r\nonly this")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n")]
    public async Task An_upload_that_breaks_off_leaves_nothing_and_can_be_repeated(string headersAndBody)
    {
        var path = await CreateAsync();
        await BreakOffAsync(path, headersAndBody);
        await UntilAsync(path, "queued");
        Assert.Empty(Files());
        Assert.Equal(204, (int)(await demo.PutAsync($"{path}/file", [1, 2, 3])).StatusCode);
        await UntilAsync(path, "active");
    }

    [Fact]
    public async Task A_second_upload_meanwhile_is_409_and_a_deleted_image_410()
    {
        var path = await CreateAsync();
        using var slow = new SlowContent();
        var first = app.SendAsync(HttpMethod.Put, $"{path}/file", demo.Token, slow);
        await UntilAsync(path, "saving");
        using var second = await demo.PutAsync($"{path}/file", [1]);
        Assert.Equal(409, (int)second.StatusCode);
        Assert.Contains("Image status transition from saving to saving is not allowed",
            await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(204, (int)(await demo.DeleteAsync(path)).StatusCode);
        slow.Finish();
        using var answer = await first;
        Assert.Equal(410, (int)answer.StatusCode);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task More_than_the_limit_is_413()
    {
        var path = await CreateAsync();
        using var answer = await demo.PutAsync($"{path}/file", new byte[300_001]);
        Assert.Equal(413, (int)answer.StatusCode);
        await UntilAsync(path, "queued");
        Assert.Empty(Files());
        Assert.Equal(204, (int)(await demo.PutAsync($"{path}/file", new byte[300_000])).StatusCode);
    }

    [Fact]
    public async Task Bytes_of_another_type_or_for_an_undeclared_format_are_refused()
    {
        var path = await CreateAsync();
        using var text = await app.SendAsync(HttpMethod.Put, $"{path}/file", demo.Token, new StringContent("text"));
        Assert.Equal(415, (int)text.StatusCode);
        using var announced = await demo.PostAsync("/image/v2/images", "{}");
        using var unsaid = await demo.PutAsync(
            $"/image{(string)(await TestApp.JsonAsync(announced))["self"]!}/file", [1]);
        Assert.Equal(400, (int)unsaid.StatusCode);
    }

    [Theory]
    [InlineData("qcow2", "Image disk_format qcow2 does not match stream data raw")]
    [InlineData("vmdk", "Image disk_format vmdk does not match stream data qcow2")]
    [InlineData("iso", "Image disk_format iso does not match stream data vmdk")]
    public async Task Content_of_another_format_is_415_and_leaves_nothing(string format, string refusal)
    {
        var content = format switch
        {
            "qcow2" => new byte[1000],
            "iso" => ForeignDisks.Of("vmdk"),
            _ => new Qcow2().ToBytes(),
        };
        Assert.Equal(refusal, await RefusedAsync(await CreateAsync(format), content, 415));
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("raw")]
    public async Task A_disk_that_would_read_the_hosts_files_is_415_and_leaves_nothing(string format)
    {
        foreach (var content in (Qcow2[])[new() { BackingFile = 512, BackingFileLength = 11 },
            new() { Features = 1 << 2 }, new() { Tables = 0x10001 }, new() { Size = ulong.MaxValue }])
            Assert.StartsWith("Image failed safety checks: The image",
                await RefusedAsync(await CreateAsync(format), content.ToBytes(), 415));
    }

    [Fact]
    public async Task Content_that_is_wrapped_or_of_unknown_format_is_taken_as_it_is()
    {
        foreach (var (format, container) in ((string, string)[])[("qcow2", "ovf"), ("vmdk", "bare")])
        {
            var path = await CreateAsync(format, container);
            Assert.Equal(204, (int)(await demo.PutAsync($"{path}/file", [1, 2, 3])).StatusCode);
            Assert.Null((await demo.GetJsonAsync(path))["virtual_size"]);
        }
    }

    [Theory]
    [InlineData("vmdk")]
    [InlineData("vhd")]
    [InlineData("vdi")]
    [InlineData("iso")]
    public async Task The_size_of_a_foreign_disk_is_told(string format)
    {
        var path = await CreateAsync(format);
        Assert.Equal(204, (int)(await demo.PutAsync($"{path}/file", ForeignDisks.Of(format))).StatusCode);
        Assert.Equal((long)ForeignDisks.Size, (long)(await demo.GetJsonAsync(path))["virtual_size"]!);
    }

    [Fact]
    public async Task Bytes_that_do_not_match_the_senders_checksum_are_400_and_leave_nothing()
    {
        var path = await CreateAsync();
        foreach (var wrong in (string[])["kAFQmDzST7DWlj99KOF/cg==", "900150983cd24fb0d6963f7d28e17f72", "x"])
        {
            using var body = TestApp.Octets([1, 2, 3]);
            body.Headers.TryAddWithoutValidation("Content-MD5", wrong);
            using var refused = await app.SendAsync(HttpMethod.Put, $"{path}/file", demo.Token, body);
            Assert.Equal(400, (int)refused.StatusCode);
            Assert.Equal("queued", (string)(await demo.GetJsonAsync(path))["status"]!);
            Assert.Empty(Files());
        }
        using var right = TestApp.Octets("abc"u8.ToArray());
        right.Headers.TryAddWithoutValidation("Content-MD5", "kAFQmDzST7DWlj99KOF/cg==");
        Assert.Equal(204, (int)(await app.SendAsync(HttpMethod.Put, $"{path}/file", demo.Token, right)).StatusCode);
    }

    private async Task<string> RefusedAsync(string path, byte[] content, int status)
    {
        using var answer = await demo.PutAsync($"{path}/file", content);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("queued", (string)(await demo.GetJsonAsync(path))["status"]!);
        Assert.Empty(Files());
        return ((string)(await TestApp.JsonAsync(answer))["message"]!).Split("<br")[0];
    }

    private async Task<string> CreateAsync(string format = "raw", string container = "bare")
    {
        using var answer = await demo.PostAsync(
            "/image/v2/images", $$"""{"disk_format":"{{format}}","container_format":"{{container}}"}""");
        return "/image" + (string)(await TestApp.JsonAsync(answer))["self"]!;
    }

    private string[] Files() => Directory.GetFiles(Path.Combine(app.DataDirectory, "images"));

    /// <summary>Sends a handmade request, waits until it is being read or was answered, and closes the
    /// connection.</summary>
    private async Task BreakOffAsync(string path, string headersAndBody)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port, TestContext.Current.CancellationToken);
        var request = $"PUT {path}/file HTTP/1.1\r\nHost: {app.Address.Authority}\r\nX-Auth-Token: {demo.Token}\r\n"
            + $"Content-Type: application/octet-stream\r\n{headersAndBody}";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        if (headersAndBody.Contains("nonsense"))
            Assert.StartsWith("HTTP/1.1 400 ",
                await new StreamReader(client.GetStream()).ReadLineAsync(TestContext.Current.CancellationToken));
        else
            await UntilAsync(path, "saving");
    }

    private async Task UntilAsync(string path, string status)
    {
        var began = TimeProvider.System.GetTimestamp();
        while ((string)(await demo.GetJsonAsync(path))["status"]! is var seen && seen != status)
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60),
                $"{path} is {seen} and does not become {status}.");
    }
}
