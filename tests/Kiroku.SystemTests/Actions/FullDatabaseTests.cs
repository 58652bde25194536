using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// The disk under the database is full, and there is no ballast. Changes are refused in clear words, and a record
/// that cannot be written waits until it can.
/// </summary>
public sealed class FullDatabaseTests(FullDatabaseTests.SmallData service) : ServiceTests(service),
IClassFixture<FullDatabaseTests.SmallData>
{
    [LongFact("it is without the ballast, which StorageReserveTests has")]
    public async Task A_full_disk_refuses_new_actions_and_only_delays_the_record_of_a_running_one()
    {
        var (server, other) = (await NewServerAsync(), await NewServerAsync());
        await server.BootedAsync();
        await Service.FreezeAsync(Service.QemuOf(server.Id));
        var request = await server.ActAsync("os-stop");
        await server.OpenedAsync(request, "compute_stop_instance");
        var disk = ((SmallData)Service).Disk;
        await disk.FillAsync();

        // Requests for which the store's log still has room are accepted.
        var refused = await Poll.ForAsync("a refusal", async () =>
        {
            var answer = await other.TryAsync("""{"reboot": {"type": "HARD"} }""");
            return answer.Status is 202 or 409 ? null : answer;
        });
        Assert.Equal(503, refused.Status);
        Assert.Contains("disk", (string)refused.Json["serviceUnavailable"]!["message"]!, StringComparison.Ordinal);
        await Service.ThawAsync();
        await Poll.UntilAsync(
            "the machine to be off", async () => await server.MachineAsync() == Kiroku.Hypervisors.MachineState.Off);
        // A single write may still have found room in the store's log, but not all writes that end the action.
        Assert.Equal("powering-off", (string?)(await server.ShowAsync())["OS-EXT-STS:task_state"]);
        Assert.Null((await server.RecordAsync(request)).Message);
        Assert.False(Service.HasEnded);

        disk.Empty();
        await server.SettledAsync("SHUTOFF");
        var record = await server.RecordAsync(request);
        Assert.Null(record.Message);
        Assert.Equal(["compute_stop_instance Success"], record.Results);
        await other.SettledAsync("ACTIVE");
        await server.DoAsync("os-start", "ACTIVE");
    }

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        ((SmallData)Service).Disk.Empty();
        return base.DisposeAsync();
    }

    /// <summary>A data folder of 128 MiB.</summary>
    public sealed class SmallData : TestService
    {
        internal SmallDisk Disk => new(Data);

        internal override Dictionary<string, string> Settings
            => new(base.Settings) { ["Scheduling__DiskAllocationRatio"] = "1000", ["Storage__Ballast"] = "0" };

        internal override async Task PrepareDataAsync()
        {
            SmallDisk.RequireRoot();
            await Disk.MountAsync(128);
        }

        internal override async Task RemoveDataAsync()
        {
            await Disk.UnmountAsync();
            await base.RemoveDataAsync();
        }
    }
}
