using Kiroku.Storage;

namespace Kiroku.Tests.Storage;

public sealed class JoinedReadsTests
{
    private readonly List<TaskCompletionSource<int>> begun = [];
    private readonly JoinedReads<int> reads;

    public JoinedReadsTests() => reads = new JoinedReads<int>(() =>
    {
        var read = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (begun)
            begun.Add(read);
        return read.Task;
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_asks_while_a_read_is_under_way_gets_the_next_and_all_of_them_the_same()
    {
        var first = reads.ReadAsync(Token);
        var later = new[] { reads.ReadAsync(Token), reads.ReadAsync(Token), reads.ReadAsync(Token) };
        Assert.Single(begun);

        begun[0].SetResult(1);
        Assert.Equal(1, await first);
        await begun.UntilAsync(() => begun.Count == 2);
        var last = reads.ReadAsync(Token);
        begun[1].SetResult(2);
        Assert.All(await Task.WhenAll(later), read => Assert.Equal(2, read));
        await begun.UntilAsync(() => begun.Count == 3);
        begun[2].SetResult(3);
        Assert.Equal(3, await last);
    }

    [Fact]
    public async Task A_read_that_fails_fails_for_those_who_asked_for_it_and_no_other()
    {
        var first = reads.ReadAsync(Token);
        var second = reads.ReadAsync(Token);
        begun[0].SetException(new StorageException("away"));
        await Assert.ThrowsAsync<StorageException>(() => first);
        await begun.UntilAsync(() => begun.Count == 2);
        begun[1].SetResult(2);
        Assert.Equal(2, await second);
        var third = reads.ReadAsync(Token);
        begun[2].SetResult(3);
        Assert.Equal(3, await third);
    }

    [Fact]
    public async Task Nobody_gets_data_that_was_read_before_they_asked()
    {
        var (counter, done) = (0, 0);
        var counting = new JoinedReads<int>(async () =>
        {
            var seen = Volatile.Read(ref counter);
            await Task.Yield();
            return seen;
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var least = Interlocked.Increment(ref counter);
                Assert.True(await counting.ReadAsync(Token) >= least);
                Interlocked.Increment(ref done);
            }
        })));
        Assert.Equal(16_000, done);
    }
}
