using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Storage;
using Kiroku.Tests.Storage;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Actions;

public sealed class KeptAnswersTests : IDisposable
{
    private static readonly IdempotencyKey Key = new("user", "project", "key", "hash");
    private static readonly Answer First = new("req-1", 202, "http://here/servers/1", "{\"server\":\"é\"}")
    {
        IsRecorded = true,
    };

    private static readonly Answer Second = new("req-2", 204) { IsRecorded = true };
    private readonly FakeTimeProvider time = new(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000));
    private readonly string folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;
    private readonly IDatabase database;
    private readonly KeptAnswers answers;

    public KeptAnswersTests()
    {
        database = TestStore.Open(folder);
        database.Migrate();
        answers = new KeptAnswers(database, Options.Create(new IdempotencyOptions()), time);
    }

    public void Dispose()
    {
        database.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_answer_is_kept_for_a_day_and_its_key_is_free_then()
    {
        await answers.KeepAsync(database, new Keeping(Key, First));
        time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMicroseconds(1));
        Assert.Equal(First, await answers.FindAsync(Key, TestContext.Current.CancellationToken));
        Assert.Equal(
            409, (await Assert.ThrowsAsync<Fault>(() => answers.KeepAsync(database, new Keeping(Key, Second)))).Status);
        Assert.Equal(0, await answers.TrimAsync(10, TestContext.Current.CancellationToken));

        time.Advance(TimeSpan.FromMicroseconds(1));

        Assert.Null(await answers.FindAsync(Key, TestContext.Current.CancellationToken));
        await answers.KeepAsync(database, new Keeping(Key, Second));
        Assert.Equal(Second, await answers.FindAsync(Key, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Keys_of_others_and_other_keys_are_unknown_and_another_request_is_refused()
    {
        await answers.KeepAsync(database, new Keeping(Key, First));

        foreach (var other in new[]
            { Key with { UserId = "u" }, Key with { ProjectId = "p" }, Key with { Key = "Key" } })
            Assert.Null(await answers.FindAsync(other, TestContext.Current.CancellationToken));
        var another = Key with { RequestHash = "other" };
        Assert.Equal(422,
            (await Assert.ThrowsAsync<Fault>(() => answers.FindAsync(another, TestContext.Current.CancellationToken)))
                .Status);
    }

    [Fact]
    public async Task Old_answers_are_dropped_a_batch_at_a_time()
    {
        foreach (var number in Enumerable.Range(0, 5))
            await answers.KeepAsync(database, new Keeping(Key with { Key = $"{number}" }, First));
        time.Advance(TimeSpan.FromDays(1));
        await answers.KeepAsync(database, new Keeping(Key, First));

        Assert.Equal(3, await answers.TrimAsync(3, TestContext.Current.CancellationToken));
        Assert.Equal(2, await answers.TrimAsync(3, TestContext.Current.CancellationToken));
        Assert.Equal(0, await answers.TrimAsync(3, TestContext.Current.CancellationToken));
        Assert.Equal(First, await answers.FindAsync(Key, TestContext.Current.CancellationToken));
    }
}
