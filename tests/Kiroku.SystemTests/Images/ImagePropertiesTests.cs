using System.Diagnostics;
using System.Text.Json.Nodes;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Images;

/// <summary>A server's guest and machine are as its image's properties say, in a real service.</summary>
public sealed class ImagePropertiesTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    [Fact]
    public async Task A_guest_runs_on_what_its_image_asks_for()
    {
        var image = await ImageAsync(
            await File.ReadAllBytesAsync(GuestImage.File, TestContext.Current.CancellationToken), "qcow2",
            ("hw_vif_model", "e1000"), ("hw_video_model", "cirrus"), ("hw_qemu_guest_agent", "yes"),
            ("hw_machine_type", "q35"), ("hw_watchdog_action", "reset"), ("hw_cdrom_bus", "sata"));
        var server = await BeginServerAsync(image: image);
        await server.SettledAsync("ACTIVE");
        var guest = await server.BootedAsync();
        // The config drive is a cdrom, which the guest does not look for.
        Assert.Equal(1, guest.Disks);
        var command = await CommandAsync(server);
        Assert.All((string[])["e1000", "cirrus-vga", "virtserialport", "i6300esb", "ide-cd"],
            device => Assert.Contains($"\"driver\":\"{device}\"", command, StringComparison.Ordinal));
        await server.DoAsync("""{"reboot": {"type": "SOFT"}}""", "ACTIVE");
        Assert.NotEqual(guest.BootId, (await server.BootedAsync(guest)).BootId);
    }

    [Fact]
    public async Task A_stop_waits_as_long_as_the_image_says()
    {
        var image = await ImageAsync(new byte[1 << 20], "raw", ("os_shutdown_timeout", "4"));
        var server = await BeginServerAsync(image: image);
        await server.SettledAsync("ACTIVE");
        var began = Stopwatch.GetTimestamp();
        await server.DoAsync("os-stop", "SHUTOFF");
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 4, 30);
    }

    [Theory]
    [InlineData("os_secure_boot", "required", "No valid host was found. No host has secure boot, for which")]
    [InlineData("hw_machine_type", "pc-bogus", "No valid host was found. No host offers hw_machine_type=pc-bogus.")]
    [InlineData("hw_disk_bus", "fdc", "No valid host was found. No host offers hw_disk_bus=fdc.")]
    public async Task What_the_host_has_not_leaves_the_server_in_ERROR(string name, string value, string message)
    {
        var server = await BeginServerAsync(image: await ImageAsync(new byte[1 << 20], "raw", (name, value)));
        var shown = await server.SettledAsync("ERROR");
        Assert.StartsWith(message, (string)shown["fault"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_under_UEFI_is_built_and_deleted()
    {
        RealParts.Require("/usr/share/qemu/firmware/60-edk2-x86_64.json");
        var image = await ImageAsync(new byte[1 << 20], "raw", ("hw_firmware_type", "uefi"));
        var server = await BeginServerAsync("84", image: image);
        await server.SettledAsync("ACTIVE");
        Assert.Contains("OVMF", await CommandAsync(server), StringComparison.Ordinal);
        await server.DoAsync("""{"reboot": {"type": "HARD"}}""", "ACTIVE");
        await server.DeleteAsync();
        Assert.Empty(Directory.EnumerateFiles(Service.Data, $"*{server.Id}*_VARS*", SearchOption.AllDirectories));
    }

    private async Task<string> ImageAsync(byte[] bytes, string format, params (string Name, string Value)[] properties)
    {
        var id = await Service.Demo.AddImageAsync("asking", format, bytes);
        var added = properties.Select(property => new JsonObject
        {
            ["op"] = "add",
            ["path"] = $"/{property.Name}",
            ["value"] = property.Value,
        });
        using var patch = new StringContent(new JsonArray([.. added]).ToJsonString(), System.Text.Encoding.UTF8,
            "application/openstack-images-v2.1-json-patch");
        Assert.Equal(200, (await Service.Demo.SendAsync(HttpMethod.Patch, $"/image/v2/images/{id}", patch)).Status);
        return id;
    }

    private async Task<string> CommandAsync(TestServer server)
    {
        var note = Directory.EnumerateFiles(
            Service.Data, $"kiroku-{server.Id}.pid", SearchOption.AllDirectories).Single();
        var id = (await File.ReadAllTextAsync(note, TestContext.Current.CancellationToken)).Trim();
        return (await File.ReadAllTextAsync($"/proc/{id}/cmdline", TestContext.Current.CancellationToken))
            .Replace('\0', ' ');
    }
}
