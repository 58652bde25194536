using System.Text;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// Requests that are accepted but then cannot be done: the record says so, and the server is as usable as before.
/// </summary>
public sealed class RefusedByTheHostTests(RefusedByTheHostTests.SmallHost service) : ServiceTests(service),
IClassFixture<RefusedByTheHostTests.SmallHost>
{
    [Fact]
    public async Task A_resize_to_a_smaller_disk_is_an_Error_and_the_server_runs_on()
    {
        var server = await NewServerAsync(TestServer.Micro);
        var guest = await server.BootedAsync();
        var record = await server.FailedAsync(await server.ActAsync("""{"resize": {"flavorRef": "42"} }"""));
        Assert.Equal(["cold_migrate Success", "compute_prep_resize Error"], record.Results);
        Assert.Contains("disk down", record.Events[1].Details, StringComparison.Ordinal);
        await server.SettledAsync("ACTIVE");
        Assert.Equal(guest, await server.BootedAsync());
        await server.DeleteAsync();
    }

    [Fact]
    public async Task A_server_that_fits_no_host_is_an_Error_at_its_scheduling()
    {
        var server = await NewServerAsync();
        var guest = await server.BootedAsync();
        var resize = await server.FailedAsync(await server.ActAsync("""{"resize": {"flavorRef": "3"} }"""));
        Assert.Equal(["cold_migrate Error"], resize.Results);
        Assert.Equal("No valid host was found.", resize.Events[0].Details);
        await server.SettledAsync("ACTIVE");
        Assert.Equal(guest, await server.BootedAsync());

        var tooLarge = await BeginServerAsync(flavor: "3");
        var shown = await tooLarge.SettledAsync("ERROR");
        Assert.Equal("No valid host was found.", (string?)shown["fault"]!["message"]);
        var create = await tooLarge.RecordAsync(tooLarge.CreateRequest);
        Assert.Equal(["conductor_schedule_and_build_instances Error"], create.Results);

        await server.DoAsync("shelve", "SHELVED_OFFLOADED");
        var (one, two) = (await NewServerAsync(TestServer.Micro), await NewServerAsync(TestServer.Micro));
        var unshelve = await server.FailedAsync(await server.ActAsync("unshelve"));
        Assert.Equal(["schedule_instances Error"], unshelve.Results);
        await server.SettledAsync("SHELVED_OFFLOADED");
        await one.DeleteAsync();
        await two.DeleteAsync();
        await server.DoAsync("unshelve", "ACTIVE");
        Assert.Equal(guest.DiskId, (await server.BootedAsync(guest)).DiskId);
    }

    [Fact]
    public async Task An_image_that_is_no_disk_or_too_large_makes_no_server_and_spoils_none()
    {
        var noDisk = await Service.Demo.AddImageAsync("no disk", "vmdk", Encoding.ASCII.GetBytes("no disk at all"));
        var file = Path.Combine(Service.Data, "large.qcow2");
        await Hypervisors.Commands.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", file, "5G");
        var tooLarge = await Service.Demo.AddImageAsync("too large", "qcow2", await File.ReadAllBytesAsync(file));
        var server = await NewServerAsync();
        var guest = await server.BootedAsync();
        foreach (var image in new[] { noDisk, tooLarge })
        {
            var created = await Service.Demo.PostAsync(
                "/v2.1/servers",
                $$"""{"server": {"name": "refused", "flavorRef": "42", "imageRef": "{{image}}"} }""");
            Assert.True(created.Status == 400, created.Text);
            foreach (var action in new[] { $$"""{"rebuild": {"imageRef": "{{image}}"} }""",
                $$"""{"rescue": {"rescue_image_ref": "{{image}}"} }""" })
            {
                var refused = await server.TryAsync(action);
                Assert.True(refused.Status == 400, refused.Text);
            }
        }
        await server.SettledAsync("ACTIVE");
        Assert.Single(server.Disks());
        Assert.Equal(guest, await server.BootedAsync());
        await server.DeleteAsync();
    }

    /// <summary>A host that gives its servers four processors.</summary>
    public sealed class SmallHost : TestService
    {
        internal override Dictionary<string, string> Settings => new(base.Settings)
        {
            ["Scheduling__CpuAllocationRatio"]
            = (4.0 / Environment.ProcessorCount).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Scheduling__RamAllocationRatio"] = "0.05",
            ["Actions__NextDelay"] = "00:00:00.5",
        };
    }
}
