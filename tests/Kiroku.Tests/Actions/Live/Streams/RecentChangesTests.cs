using Kiroku.Actions;
using Kiroku.Actions.Feed;
using Kiroku.Actions.Live.Streams;

namespace Kiroku.Tests.Actions.Live.Streams;

/// <summary>What is kept of the newest changes for all streams.</summary>
public sealed class RecentChangesTests
{
    private readonly RecentChanges recent = new(4);

    [Fact]
    public void What_comes_after_a_position_is_found_until_it_is_dropped()
    {
        Assert.True(recent.TryFind(At(5), out var none));
        Assert.Null(none);
        Add(6, 7);
        Add(8, 9);
        Assert.Equal(At(7), Find(5));
        Assert.Equal(At(7), Find(6));
        Assert.Equal(At(9), Find(7));
        Assert.Null(Find(9));
        Add(10);
        Assert.False(recent.TryFind(At(6), out _));
        Assert.Equal(At(9), Find(7));
        Assert.Equal(At(10), Find(9));
    }

    [Fact]
    public void A_page_that_is_longer_than_what_is_kept_is_kept_alone()
    {
        Add(6);
        Add(7, 8, 9, 10, 11, 12);
        Assert.False(recent.TryFind(At(5), out _));
        Assert.Equal(At(12), Find(6));
        Add(13);
        Assert.False(recent.TryFind(At(11), out _));
        Assert.Equal(At(13), Find(12));
    }

    [Fact]
    public void What_was_missed_is_not_found()
    {
        Add(6);
        recent.Miss(At(8));
        Assert.False(recent.TryFind(At(5), out _));
        Assert.False(recent.TryFind(At(7), out _));
        Assert.Null(Find(8));
        Add(9);
        Assert.Equal(At(9), Find(8));
    }

    [Fact]
    public void Whoever_waits_is_woken_by_each_of_these()
    {
        foreach (var change in new Action[] { () => Add(6), () => recent.Miss(At(7)), recent.End })
        {
            var changed = recent.Changed;
            Assert.False(changed.IsCompleted);
            change();
            Assert.True(changed.IsCompleted);
        }
        Assert.True(recent.IsOver);
    }

    private static FeedPosition At(long number) => new("g", number, 1);

    private FeedPosition? Find(long number)
    {
        Assert.True(recent.TryFind(At(number), out var page));
        return page?.Next;
    }

    private void Add(params long[] numbers) => recent.Add(new ToldPage(
        [.. numbers.Select(number => new ToldAction(Live, At(number), new Dictionary<string, string>()))],
        At(numbers[^1])));

    private static LiveAction Live { get; } = new(
        new RecordedAction(new ActionRecord { RequestId = "r", Action = "stop", Outcome = Outcomes.Running }, []),
        "vm");
}
