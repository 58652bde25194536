using System.Diagnostics;

namespace Kiroku.SystemTests.Service;

/// <summary>Waits for a condition by checking it repeatedly, up to a limit.</summary>
internal static class Poll
{
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>What is waited for so long needs the processor more than we do.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(100);

    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(2);

    /// <summary>Repeats a question until the answer is not null.</summary>
    public static async Task<T> ForAsync<T>(
        string what, Func<Task<T?>> ask, TimeSpan? limit = null, Func<Task<string>>? explain = null)
        where T : class
    {
        var began = Stopwatch.GetTimestamp();
        for (var interval = FirstInterval; ; interval = Longer(interval))
        {
            if (await ask() is { } answer) return answer;
            if (Stopwatch.GetElapsedTime(began) > (limit ?? Usual))
                Assert.Fail($"Waited in vain for {what}. {(explain is null ? "" : await explain())}");
            await Task.Delay(interval, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Repeats a question until the answer is yes.</summary>
    public static Task UntilAsync(
        string what, Func<Task<bool>> ask, TimeSpan? limit = null, Func<Task<string>>? explain = null) =>
        ForAsync(what, async () => await ask() ? "yes" : null, limit, explain);

    private static TimeSpan Longer(TimeSpan interval)
        => interval * 1.2 < LongestInterval ? interval * 1.2 : LongestInterval;
}
