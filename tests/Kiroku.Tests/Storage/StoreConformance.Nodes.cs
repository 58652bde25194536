using Dapper;
using Kiroku.Nodes;
using Kiroku.Storage;
using Kiroku.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Storage;

public abstract partial class StoreConformance
{
    private NodeStore Nodes => new(new SideDatabase(Database), Membership, TimeProvider.System);

    [Fact]
    public async Task The_time_is_the_stores_own_where_several_share_it()
    {
        var own = new FakeTimeProvider(new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero));
        var (first, second) = await Database.ReadAsync(
            async db => (await Database.NowAsync(db, own), await Database.NowAsync(db, own)), Token);
        Assert.Equal((DateTimeKind.Utc, DateTimeKind.Utc), (first.Kind, second.Kind));
        if (Database.IsShared)
            Assert.True(first < second && first > Now);
        else
            Assert.Equal((own.GetUtcNow().UtcDateTime, first), (first, second));
    }

    [Fact]
    public async Task A_host_belongs_to_one_folder_at_a_time()
    {
        var (first, before) = await Nodes.TakeAsync(OtherNodes.Of("one"), Token);
        Assert.Null(before);
        var (refused, owner) = await Nodes.TakeAsync(OtherNodes.Of("one") with { Folder = "another" }, Token);
        Assert.Equal((null, first), (refused, owner));

        await Nodes.LeaveAsync(first!, Token);

        var (second, left) = await Nodes.TakeAsync(OtherNodes.Of("one") with { Folder = "another" }, Token);
        Assert.Equal((null, false, 1L), (left!.Silo, left.Connected, second!.Number));
        Assert.Equal(second, Assert.Single(await OtherNodes.ListAsync(Database)));
    }

    [Fact]
    public async Task A_node_that_starts_again_takes_its_name_at_once_from_its_former_process()
    {
        var (former, _) = await Nodes.TakeAsync(OtherNodes.Of("one"), Token);
        Assert.True(await Nodes.BeatAsync(former! with { Vcpus = 3 }, Token));
        var (again, before) = await Nodes.TakeAsync(OtherNodes.Of("one") with { Silo = "new" }, Token);
        Assert.Equal((3L, former!.Silo, 1L), (before!.Vcpus, before.Silo, again!.Number));
        Assert.False(await Nodes.BeatAsync(former, Token));
        await Nodes.LeaveAsync(former, Token);
        Assert.Equal(again, Assert.Single(await OtherNodes.ListAsync(Database)));
    }

    [Fact]
    public async Task A_host_whose_node_is_silent_can_be_taken_over()
    {
        await Nodes.TakeAsync(OtherNodes.Of("one"), Token);
        await OtherNodes.SetSeenAsync(Database, "one", OtherNodes.LongAgo);
        Assert.NotNull((await Nodes.TakeAsync(OtherNodes.Of("one") with { Folder = "another" }, Token)).Taken);
    }

    [Fact]
    public async Task A_node_whose_row_was_deleted_is_back_with_its_next_sign_of_life()
    {
        var (taken, _) = await Nodes.TakeAsync(OtherNodes.Of("one"), Token);
        await Nodes.TakeAsync(OtherNodes.Of("two"), Token);
        await Database.WriteAsync(db => db.ExecuteAsync("DELETE FROM nodes WHERE name = 'one'"), Token);
        Assert.True(await Nodes.BeatAsync(taken!, Token));
        Assert.Equal(
            [("one", 3L), ("two", 2L)],
            (await OtherNodes.ListAsync(Database)).Select(node => (node.Name, node.Number)));
    }

    [Fact]
    public async Task Nodes_that_come_at_once_have_numbers_of_their_own()
    {
        var taken = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(number => Nodes.TakeAsync(OtherNodes.Of($"node {number}"), Token)));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], taken.Select(one => one.Taken!.Number).Order());
    }
}
