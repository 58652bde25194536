using Dapper;
using Kiroku.Actions.Feed;
using Kiroku.Storage;
using Kiroku.Storage.Sqlite;
using Kiroku.Tests.Actions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kiroku.Tests.Storage;

/// <summary>The feed of a store that is one file, which anybody may copy back.</summary>
public sealed class SqliteFeedTests : IDisposable
{
    private static readonly DateTime Now = new(2026, 11, 30, 1, 14, 52, DateTimeKind.Utc);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kiroku-test-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string StoreFile => Path.Combine(folder.FullName, "kiroku.db");

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>The copy is one action older than the store.</summary>
    [Fact]
    public async Task A_store_that_was_restored_has_a_new_generation()
    {
        FeedPosition position;
        using (var running = Open())
        {
            await AddAsync(running, 1);
            BackUp();
            await AddAsync(running, 1);
            position = await new ActionFeed(running).NowAsync(Token);
        }
        File.Move($"{StoreFile}.backup", StoreFile, overwrite: true);

        await WriteAsync(1);

        using var database = Open();
        await Assert.ThrowsAsync<FeedGoneException>(() => new ActionFeed(database).ReadAsync(position, 1, Token));
    }

    [Fact]
    public async Task A_store_in_another_folder_has_a_new_generation()
    {
        var position = await WriteAsync(1);
        File.Delete($"{StoreFile}-feed");
        await WriteAsync(1);
        using var database = Open();
        await Assert.ThrowsAsync<FeedGoneException>(() => new ActionFeed(database).ReadAsync(position, 1, Token));
    }

    [Fact]
    public async Task Whoever_follows_hears_of_a_new_generation_and_may_follow_it()
    {
        using var database = Open();
        await AddAsync(database, 1);
        using var follower = new FeedFollower(new ActionFeed(database), database, NullLogger<FeedFollower>.Instance);
        await follower.StartAsync(Token);
        var listener = new FeedListener();
        using (await follower.FollowAsync(listener, Token))
        {
            await database.WriteAsync(db => db.ExecuteAsync("UPDATE feed SET generation = 'new'"), Token);
            await listener.GaveUp.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
        var next = new FeedListener();
        using (await follower.FollowAsync(next, Token))
        {
            var server = await AddAsync(database, 1);
            await next.HasAsync(server, "req-1", Token);
        }
        await follower.StopAsync(Token);
    }

    [Fact]
    public async Task No_position_is_given_out_twice_even_if_the_newest_rows_are_removed()
    {
        var first = await WriteAsync(3);
        using (var database = Open())
            await database.WriteAsync(connection => connection.ExecuteAsync("DELETE FROM records"), Token);
        var second = await WriteAsync(1);
        Assert.True(second.Number > first.Number);
        Assert.Equal(first.Generation, second.Generation);
    }

    [Fact]
    public async Task A_write_that_failed_last_does_not_make_the_store_look_restored()
    {
        var first = await WriteAsync(3);
        using (var database = Open())
        {
            await AddAsync(database, 1);
            await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<int>(async connection =>
            {
                await connection.ExecuteAsync("UPDATE records SET position = next_position()");
                throw new InvalidOperationException();
            }, Token));
        }
        Assert.Equal(first.Generation, (await WriteAsync(1)).Generation);
    }

    /// <summary>A killed process has committed, and not noted it.</summary>
    [Fact]
    public async Task A_note_that_is_behind_does_not_make_the_store_look_restored()
    {
        var first = await WriteAsync(3);
        var note = await File.ReadAllBytesAsync($"{StoreFile}-feed", Token);
        await WriteAsync(1);
        await File.WriteAllBytesAsync($"{StoreFile}-feed", note, Token);
        Assert.Equal(first.Generation, (await WriteAsync(1)).Generation);
    }

    /// <summary>Writes actions, as a process of its own would, and returns the feed's last position.</summary>
    private async Task<FeedPosition> WriteAsync(int actions)
    {
        using var database = Open();
        await AddAsync(database, actions);
        return await new ActionFeed(database).NowAsync(Token);
    }

    private static async Task<Guid> AddAsync(IDatabase database, int actions)
    {
        var server = Guid.NewGuid();
        await LongHistory.AddServerAsync(database, server, Now);
        await LongHistory.AddActionsAsync(database, server, 1, actions, Now);
        return server;
    }

    /// <summary>As our page on backups says.</summary>
    private void BackUp()
    {
        using var from = new SqliteConnection($"Data Source={StoreFile};Pooling=False");
        from.Open();
        using var to = new SqliteConnection($"Data Source={StoreFile}.backup;Pooling=False");
        from.BackupDatabase(to);
    }

    private SqliteDatabase Open()
    {
        var database = new SqliteDatabase(StoreFile);
        database.Migrate();
        return database;
    }
}
