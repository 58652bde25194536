using Kiroku.Storage;

namespace Kiroku.Tests.Storage;

public sealed class JoinedLookupsTests
{
    private const int MostKeys = 3;
    private readonly List<(string[] Keys, TaskCompletionSource<IReadOnlyDictionary<string, string>> End)> begun = [];
    private readonly JoinedLookups<string, string> lookups;

    public JoinedLookupsTests() => lookups = New(mostReads: 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_that_come_during_a_read_are_read_together_by_the_next_and_each_gets_its_own()
    {
        var first = lookups.FindAsync("a", Token);
        var later = "bab".Select(key => lookups.FindAsync($"{key}", Token)).ToList();
        await EndAsync(0, "a=1");
        Assert.Equal("1", await first);
        await EndAsync(1, "a=2", "b=3");
        Assert.Equal("3 2 3", string.Join(' ', await Task.WhenAll(later)));
        Assert.Equal(["a", "b a"], Begun());
    }

    [Fact]
    public async Task A_key_that_has_nothing_gets_nothing()
    {
        var first = lookups.FindAsync("a", Token);
        var later = new[] { lookups.FindAsync("b", Token), lookups.FindAsync("c", Token) };
        await EndAsync(0);
        Assert.Null(await first);
        await EndAsync(1, "c=1");
        Assert.Equal((null, "1"), (await later[0], await later[1]));
    }

    [Fact]
    public async Task A_read_has_no_more_keys_than_it_may_and_one_that_it_has_already_is_no_further_one()
    {
        var all = "abcdebf".Select(key => lookups.FindAsync($"{key}", Token)).ToList();
        await EndAsync(0);
        await EndAsync(1);
        await EndAsync(2);
        await Task.WhenAll(all);
        Assert.Equal(["a", "b c d", "e b f"], Begun());
    }

    [Fact]
    public async Task As_many_reads_run_at_a_time_as_may()
    {
        var two = New(mostReads: 2);
        var all = "abcdefg".Select(key => two.FindAsync($"{key}", Token)).ToList();
        Assert.Equal(["a", "b"], Begun());
        await EndAsync(1);
        await all[1];
        await EndAsync(2);
        await all[2];
        Assert.False(all[0].IsCompleted);
        await EndAsync(0);
        await EndAsync(3);
        await Task.WhenAll(all);
        Assert.Equal(["a", "b", "c d e", "f g"], Begun());
    }

    [Fact]
    public async Task A_read_that_fails_fails_for_its_callers_and_no_other()
    {
        var first = lookups.FindAsync("a", Token);
        var failing = new[] { lookups.FindAsync("b", Token), lookups.FindAsync("c", Token) };
        await EndAsync(0, "a=1");
        Assert.Equal("1", await first);
        await begun.UntilAsync(() => begun.Count == 2);
        var last = lookups.FindAsync("b", Token);
        begun[1].End.SetException(new StorageException("away"));
        foreach (var lookup in failing)
            await Assert.ThrowsAsync<StorageException>(() => lookup);
        await EndAsync(2, "b=2");
        Assert.Equal("2", await last);
        var next = lookups.FindAsync("c", Token);
        await EndAsync(3, "c=3");
        Assert.Equal("3", await next);
    }

    [Fact]
    public async Task Whoever_gives_up_leaves_the_read_to_the_others()
    {
        using var leaving = new CancellationTokenSource();
        var first = lookups.FindAsync("a", leaving.Token);
        var (gone, left) = (lookups.FindAsync("b", leaving.Token), lookups.FindAsync("b", Token));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lookups.FindAsync("c", leaving.Token));
        await EndAsync(0);
        await EndAsync(1, "b=1");
        Assert.Equal("1", await left);
        Assert.Equal(["a", "b"], Begun());
    }

    [Fact]
    public async Task A_read_has_nothing_of_the_request_that_it_is_not_for()
    {
        var (request, seen) = (new AsyncLocal<string?>(), new List<string?>());
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = new JoinedLookups<string, string>(async _ =>
        {
            await release.Task;
            await Task.Yield();
            seen.Add(request.Value);
            return new Dictionary<string, string>();
        }, MostKeys, mostReads: 1);
        request.Value = "first";
        var first = reading.FindAsync("a", Token);
        request.Value = "second";
        var second = reading.FindAsync("b", Token);
        release.SetResult();
        await Task.WhenAll(first, second);
        Assert.Equal(2, seen.Count);
        Assert.All(seen, Assert.Null);
        Assert.Equal("second", request.Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nobody_gets_data_that_was_read_before_they_asked(int mostReads)
    {
        var (counters, done) = (new int[8], 0);
        var counting = new JoinedLookups<int, int>(async keys =>
        {
            Assert.InRange(keys.Count, 1, MostKeys);
            var seen = keys.ToDictionary(key => key, key => Volatile.Read(ref counters[key]));
            await Task.Yield();
            return seen;
        }, MostKeys, mostReads);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                var key = (caller + i) % counters.Length;
                var least = Interlocked.Increment(ref counters[key]);
                Assert.True(await counting.FindAsync(key, Token) >= least);
                Interlocked.Increment(ref done);
            }
        })));
        Assert.Equal(16_000, done);
    }

    private JoinedLookups<string, string> New(int mostReads) => new(keys =>
    {
        var end = new TaskCompletionSource<IReadOnlyDictionary<string, string>>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        lock (begun)
            begun.Add(([.. keys], end));
        return end.Task;
    }, MostKeys, mostReads);

    /// <summary>Ends a read, once it has begun, with these rows.</summary>
    private async Task EndAsync(int number, params string[] rows)
    {
        await begun.UntilAsync(() => begun.Count > number);
        begun[number].End.SetResult(rows.Select(row => row.Split('=')).ToDictionary(row => row[0], row => row[1]));
    }

    private IEnumerable<string> Begun()
    {
        lock (begun)
            return [.. begun.Select(read => string.Join(' ', read.Keys))];
    }
}
