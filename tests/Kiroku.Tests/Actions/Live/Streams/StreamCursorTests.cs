using Kiroku.Actions.Feed;
using Kiroku.Actions.Live.Streams;

namespace Kiroku.Tests.Actions.Live.Streams;

/// <summary>A stream takes what is shared as long as it keeps up, and reads the store where it does not.</summary>
public sealed class StreamCursorTests(StreamCloud streams) : IClassFixture<StreamCloud>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ToldPages Pages => streams.Cloud.App.Services.GetRequiredService<ToldPages>();

    [Fact]
    public async Task It_reads_the_store_until_it_is_up_to_date_and_again_once_it_has_fallen_behind()
    {
        var recent = new RecentChanges(1);
        var begin = await StreamCloud.NowAsync(streams.Cloud);
        var cursor = new StreamCursor(Pages, recent, begin);
        Assert.Empty(await TakeAsync(cursor));
        Assert.Null(await cursor.NextAsync(null, Token));

        await StreamCloud.WorkAsync(streams.Cloud, [streams.Server], 2);
        var entries = (await ReadAsync(begin)).Entries;
        Assert.True(entries.Count > 3);
        recent.Add(await PageAsync(entries[0]));
        Assert.Equal([entries[0].Position], await TakeAsync(cursor));
        // The second one is dropped before the cursor comes to it.
        recent.Add(await PageAsync(entries[1]));
        recent.Add(await PageAsync(entries[2]));

        Assert.Equal(entries.Skip(1).Select(entry => entry.Position), await TakeAsync(cursor));

        Assert.Null(await cursor.NextAsync(null, Token));
        Assert.Equal(entries[^1].Position, cursor.Position);
    }

    [Fact]
    public async Task What_is_left_of_a_page_is_read_again()
    {
        var begin = await StreamCloud.NowAsync(streams.Cloud);
        var cursor = new StreamCursor(Pages, new RecentChanges(10), begin);
        await StreamCloud.WorkAsync(streams.Cloud, [streams.Server], 2);
        await StreamCloud.NowAsync(streams.Cloud);
        var page = (await cursor.NextAsync(null, Token))!;
        cursor.Pass(page.Told[0]);
        var rest = (await cursor.NextAsync(null, Token))!;
        Assert.Equal(page.Told.Skip(1).Select(told => told.Position), rest.Told.Select(told => told.Position));
    }

    private static async Task<List<FeedPosition>> TakeAsync(StreamCursor cursor)
    {
        var page = await cursor.NextAsync(null, Token);
        Assert.NotNull(page);
        var told = page.Told.Select(one => one.Position).Where(one => one.IsAfter(cursor.Position)).ToList();
        cursor.Pass(page);
        return told;
    }

    private Task<FeedPage> ReadAsync(FeedPosition after)
        => new Storage.SettledFeed(streams.Cloud.Database).ReadAsync(after, 60, Token);

    private async Task<ToldPage> PageAsync(FeedEntry entry)
        => new(await Pages.DescribeAsync([entry], Token), entry.Position);
}
