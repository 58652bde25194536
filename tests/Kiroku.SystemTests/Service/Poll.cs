using System.Diagnostics;

namespace Kiroku.SystemTests.Service;

/// <summary>Waits for a condition by checking it repeatedly, up to a limit.</summary>
internal static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    /// <summary>Repeats a question until the answer is not null.</summary>
    public static async Task<T> ForAsync<T>(
        string what, Func<Task<T?>> ask, TimeSpan? limit = null, Func<Task<string>>? explain = null)
        where T : class
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer) return answer;
            if (Stopwatch.GetElapsedTime(began) > (limit ?? Usual))
                Assert.Fail($"Waited in vain for {what}. {(explain is null ? "" : await explain())}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Repeats a question until the answer is yes.</summary>
    public static Task UntilAsync(
        string what, Func<Task<bool>> ask, TimeSpan? limit = null, Func<Task<string>>? explain = null) =>
        ForAsync(what, async () => await ask() ? "yes" : null, limit, explain);
}
