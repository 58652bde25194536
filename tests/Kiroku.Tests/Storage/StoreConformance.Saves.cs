using Dapper;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Storage;

/// <summary>What an action writes of its server's row.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_save_leaves_columns_of_indexes_and_sums_alone_if_they_did_not_change()
    {
        var begun = await BeginStopAsync();
        await SetAsync("host = 'b', image_id = 'other', vm_state = 'paused'");

        await Servers.SaveAsync(begun.Fence, begun with { PowerState = MachineState.Off }, known: begun, Token);

        var saved = (await Servers.FindAsync(begun.Id, Token))!;
        Assert.Equal((MachineState.Off, "b", "other", "paused"),
            (saved.PowerState, saved.Host, saved.ImageId, saved.VmState));
    }

    [Fact]
    public async Task A_save_writes_all_columns_if_the_row_is_not_known()
    {
        var begun = await BeginStopAsync();
        await SetAsync("host = 'b', image_id = 'other', vm_state = 'paused'");

        await Servers.SaveAsync(begun.Fence, begun, known: null, Token);

        var saved = (await Servers.FindAsync(begun.Id, Token))!;
        Assert.Equal((begun.Host, begun.ImageId, begun.VmState), (saved.Host, saved.ImageId, saved.VmState));
    }

    [Fact]
    public async Task A_save_writes_each_column_that_changed()
    {
        var begun = await BeginStopAsync();
        var flavor = new ServerFlavor("7", "m7", 2, 256, 3);
        var changed = begun with
        {
            VmState = VmStates.Resized,
            ImageId = "other",
            Flavor = flavor,
            NextFlavor = flavor,
            Host = "b",
            Claim = new Claim(1, 2, 3),
            Other = new HostClaim("c", new Claim(4, 5, 6)),
            Disk = new ServerDisk("b", 2),
        };

        await Servers.SaveAsync(begun.Fence, changed, known: begun, Token);

        Assert.Equal(ServerRow.Of(changed), ServerRow.Of((await Servers.FindAsync(begun.Id, Token))!));
    }

    private async Task<Server> BeginStopAsync()
    {
        var server = await EndCreationAsync(await AddServerAsync());
        var (begun, _) = (await Servers.BeginActionAsync(
            server, Accept(server, 2, ActionNames.Stop), Token))!.Value;
        return begun;
    }

    private Task SetAsync(string assignments)
        => Database.WriteAsync(db => db.ExecuteAsync($"UPDATE servers SET {assignments}"), Token);
}
