using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// The disk under the pool is full: actions that need room end as Errors, existing servers keep running, and with
/// room again everything works.
/// </summary>
public sealed class FullPoolTests(FullPoolTests.SmallPool service) : ServiceTests(service),
IClassFixture<FullPoolTests.SmallPool>
{
    [Fact]
    public async Task Creation_rebuild_and_resize_fail_while_the_pool_is_full_and_spoil_nothing()
    {
        var server = await NewServerAsync();
        var guest = await server.BootedAsync();
        var disk = ((SmallPool)Service).Disk;
        await disk.FillAsync();

        var created = await BeginServerAsync();
        var fault = (string)(await created.SettledAsync("ERROR"))["fault"]!["message"]!;
        Assert.Matches("^The host's .* could not make the disk\\.$", fault);
        var create = await created.RecordAsync(created.CreateRequest);
        Assert.Equal(Enumerable.Repeat("compute__do_build_and_run_instance Error", 3), create.Results);
        Assert.Empty(created.Disks());

        var rebuild = $$"""{"rebuild": {"imageRef": "{{await Service.GuestImageIdAsync()}}"} }""";
        var rebuilt = await server.FailedAsync(await server.ActAsync(rebuild));
        Assert.Equal(Enumerable.Repeat("compute_rebuild_instance Error", 3), rebuilt.Results);
        await server.SettledAsync("ERROR");
        Assert.Single(server.Disks());
        await server.DoAsync("""{"reboot": {"type": "HARD"} }""", "ACTIVE");

        var resized = await server.FailedAsync(await server.ActAsync("""{"resize": {"flavorRef": "84"} }"""));
        Assert.Equal("compute_resize_instance Error", resized.Results.Last());
        Assert.Equal("The host's disk is full, so it could not copy the disk.", resized.Events[^1].Details);
        await server.SettledAsync("ERROR");
        Assert.Single(server.Disks());
        await server.DoAsync("""{"reboot": {"type": "HARD"} }""", "ACTIVE");

        disk.Empty();
        await server.DoAsync("""{"resize": {"flavorRef": "84"} }""", "VERIFY_RESIZE");
        Assert.Equal(guest.DiskId, (await server.BootedAsync(guest)).DiskId);
    }

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        ((SmallPool)Service).Disk.Empty();
        return base.DisposeAsync();
    }

    /// <summary>A pool of 96 MiB on which servers may claim far more.</summary>
    public sealed class SmallPool : TestService
    {
        internal SmallDisk Disk => new(VolumesFolder);

        internal override Dictionary<string, string> Settings => new(base.Settings)
        {
            ["Scheduling__DiskAllocationRatio"] = "1000",
            ["Actions__NextDelay"] = "00:00:00.5",
        };

        internal override async Task PrepareDataAsync()
        {
            SmallDisk.RequireRoot();
            await base.PrepareDataAsync();
            await Disk.MountAsync(96);
        }

        internal override async Task RemoveDataAsync()
        {
            await Disk.UnmountAsync();
            await base.RemoveDataAsync();
        }
    }
}
