using Kiroku.Ui.Actions;

namespace Kiroku.Tests.Ui;

/// <summary>Where attempts stand on the line of time, and in which order.</summary>
public sealed class TimelineTests
{
    private static readonly DateTime Start = new(2026, 11, 30, 1, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Retries_follow_their_first_try_and_wait_for_their_turn()
    {
        var timeline = Of(
            10, ("a", 0, 2, "Error"), ("a", 4, 6, "Error"), ("a", 8, 9, "Success"), ("b", 9, 10, "Success"));
        Assert.Equal([("a", 1, false), ("a", 2, true), ("a", 3, true), ("b", 1, false)],
            timeline.Rows.Select(row => (row.Attempt.Event, row.Attempt.Attempt, row.IsRetry)));
        Assert.Equal((20.0, 20.0), Rounded(timeline.Rows[1].Wait!));
        Assert.Equal((40.0, 20.0), Rounded(timeline.Rows[1].Bar));
        Assert.Null(timeline.Rows[0].Wait);
        Assert.Empty(timeline.Folds);
    }

    [Fact]
    public void A_step_within_a_step_follows_it_indented()
    {
        var timeline = Of(10, ("outer", 0, 8, "Success"), ("inner", 1, 3, "Error"), ("inner", 4, 6, "Success"),
            ("deep", 4.5, 5, "Success"), ("next", 8, 10, "Success"));
        Assert.Equal([("outer", 0), ("inner", 1), ("inner", 1), ("deep", 2), ("next", 0)],
            timeline.Rows.Select(row => (row.Attempt.Event, row.Depth)));
    }

    [Fact]
    public void A_month_without_any_try_is_folded_and_the_tries_can_still_be_seen()
    {
        const double month = 30 * 86_400;
        var timeline = Of(month + 20, ("a", 0, 10, "Error"), ("a", month, month + 20, "Success"));
        var fold = Assert.Single(timeline.Folds);
        Assert.Equal((8.0, 30), (fold.Width, (int)Math.Round(fold.Length.TotalDays)));
        Assert.Equal(30.7, Math.Round(timeline.Rows[0].Bar.Width, 1));
        Assert.Equal(61.3, Math.Round(timeline.Rows[1].Bar.Width, 1));
        Assert.InRange(timeline.Ticks.Count, 3, 9);
    }

    [Fact]
    public void No_tick_is_written_over_the_length_of_a_fold()
    {
        var timeline = Of(29, ("a", 0, .5, "Error"), ("a", 2.5, 2.9, "Error"), ("a", 27.9, 29, "Success"));
        var fold = Assert.Single(timeline.Folds);
        Assert.NotEmpty(timeline.Ticks);
        Assert.All(timeline.Ticks, tick => Assert.True(
            Math.Abs(tick.X - (fold.X + fold.Width / 2)) > 10, $"{tick.X} is too near to {fold.X}"));
    }

    [Fact]
    public void A_month_of_work_is_not_folded()
    {
        const double month = 30 * 86_400;
        var timeline = Of(month, ("a", 0, month, null));
        Assert.Empty(timeline.Folds);
        Assert.Equal((0.0, 100.0), Rounded(timeline.Rows[0].Bar));
        Assert.All(timeline.Ticks, tick => Assert.Equal(0, tick.After.Ticks % TimeSpan.TicksPerDay));
    }

    [Fact]
    public void Of_two_hundred_tries_the_first_and_the_last_are_shown_unless_all_are_asked_for()
    {
        var tries = Enumerable.Range(0, 200)
            .Select(i => ("a", i * 2.0, (double?)(i * 2.0 + 1), (string?)"Error")).ToArray();
        var timeline = Of(400, tries);
        Assert.Equal([1, 2, 196, 197, 198, 199, 200], timeline.Rows.Select(row => row.Attempt.Attempt));
        Assert.Equal(193, timeline.LeftOut);
        Assert.Equal(200, Timeline.Of(Action(400, tries), Start, all: true).Rows.Count);
    }

    [Fact]
    public void Clocks_that_differ_and_actions_that_take_no_time_stay_on_the_line()
    {
        foreach (var timeline in new[]
            { Of(0, ("a", 0, 0, "Success")), Of(10, ("a", -5, 3, "Success"), ("b", 9, 20, "Success")), Of(5) })
        {
            Assert.All(timeline.Rows, row =>
            {
                Assert.InRange(row.Bar.X, 0, 100);
                Assert.InRange(row.Bar.X + row.Bar.Width, 0.5, 100.001);
            });
            Assert.All(timeline.Ticks, tick => Assert.InRange(tick.X, 0, 100));
        }
    }

    [Fact]
    public void What_runs_waits_between_its_tries()
    {
        var waiting = Timeline.Of(Action(null, ("a", 0, 2, "Error")), Start.AddSeconds(4));
        Assert.Equal((50.0, 50.0), Rounded(waiting.Waiting!));
        Assert.Null(Timeline.Of(Action(null, ("a", 0, 2, "Error"), ("a", 3, null, null)), Start.AddSeconds(4)).Waiting);
        Assert.Null(Of(4, ("a", 0, 2, "Error")).Waiting);
    }

    private static (double, double) Rounded(TimelineBar bar) => (Math.Round(bar.X, 3), Math.Round(bar.Width, 3));

    private static Timeline Of(
        double? length, params (string Event, double From, double? To, string? Result)[] tries)
        => Timeline.Of(Action(length, tries), Start.AddSeconds(length ?? 0));

    private static ActionFacts Action(
        double? length, params (string Event, double From, double? To, string? Result)[] tries) => new()
        {
            RequestId = "req-1",
            Server = new ServerFacts(Guid.NewGuid(), "vm"),
            Action = "rebuild",
            Outcome = length is null ? "running" : "failed",
            Done = length is not null,
            StartTime = Start,
            FinishTime = length is { } seconds ? Start.AddSeconds(seconds) : null,
            Attempts =
            [
                .. tries.Select((one, index) => new AttemptFacts
                {
                    Event = one.Event,
                    Attempt = 1 + tries.Take(index).Count(former => former.Event == one.Event),
                    StartTime = Start.AddSeconds(one.From),
                    FinishTime = one is { Result: not null, To: { } to } ? Start.AddSeconds(to) : null,
                    Result = one.Result,
                }),
            ],
        };
}
