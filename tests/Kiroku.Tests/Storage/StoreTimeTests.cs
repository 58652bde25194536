using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Storage;

/// <summary>The clock that nodes share, based on system clocks that are wrong.</summary>
public sealed class StoreTimeTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly FakeTimeProvider system = new(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000));
    private readonly StoreTime clock;

    public StoreTimeTests() => clock = new StoreTime(system);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public async Task It_follows_the_store_however_far_off_the_system_is(int seconds)
    {
        await MeasureAsync(TimeSpan.FromSeconds(seconds), took: TimeSpan.Zero);
        Assert.Equal(seconds, clock.Offset.TotalSeconds);
        var before = clock.GetUtcNow();
        system.Advance(Minute);
        Assert.Equal(Minute, clock.GetUtcNow() - before);
    }

    [Fact]
    public async Task An_answer_counts_for_the_middle_of_its_round_trip()
    {
        await MeasureAsync(Minute, took: TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(59), clock.Offset);
    }

    [Fact]
    public async Task An_answer_that_took_long_does_not_move_a_clock_that_may_be_right()
    {
        await MeasureAsync(Minute, took: TimeSpan.Zero);
        await MeasureAsync(Minute + TimeSpan.FromSeconds(1), took: TimeSpan.FromSeconds(5));
        Assert.Equal(Minute, clock.Offset);
        await MeasureAsync(Minute + TimeSpan.FromMilliseconds(1), took: TimeSpan.Zero);
        Assert.Equal(Minute + TimeSpan.FromMilliseconds(1), clock.Offset);
    }

    [Fact]
    public async Task It_stands_still_rather_than_go_back_a_little()
    {
        await MeasureAsync(TimeSpan.FromMilliseconds(30), took: TimeSpan.Zero);
        var before = clock.GetUtcNow();
        await MeasureAsync(TimeSpan.Zero, took: TimeSpan.Zero);
        Assert.Equal(before, clock.GetUtcNow());
        system.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(before, clock.GetUtcNow());
        system.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(system.GetUtcNow(), clock.GetUtcNow());
    }

    [Fact]
    public async Task It_goes_back_where_it_was_far_ahead()
    {
        await MeasureAsync(Minute, took: TimeSpan.Zero);
        _ = clock.GetUtcNow();
        await MeasureAsync(TimeSpan.Zero, took: TimeSpan.Zero);
        Assert.Equal(system.GetUtcNow(), clock.GetUtcNow());
    }

    [Fact]
    public async Task Timers_and_durations_are_the_systems()
    {
        var (began, fired) = (clock.GetTimestamp(), 0);
        await using var timer = clock.CreateTimer(_ => fired++, null, Minute, Timeout.InfiniteTimeSpan);
        await MeasureAsync(TimeSpan.FromDays(1), took: TimeSpan.Zero);
        Assert.Equal((0, TimeSpan.Zero), (fired, clock.GetElapsedTime(began)));
        system.Advance(Minute);
        Assert.Equal((1, Minute), (fired, clock.GetElapsedTime(began)));
    }

    [Fact]
    public async Task Nodes_whose_clocks_are_two_minutes_apart_agree_through_the_database()
    {
        using var database = new PostgresDatabase(await PostgresServer.CreateDatabaseAsync());
        var (ahead, behind) = (await StartAsync(database, Minute), await StartAsync(database, -Minute));
        for (var i = 0; i < 100; i++)
        {
            var (first, second, third) = (ahead.GetUtcNow(), behind.GetUtcNow(), ahead.GetUtcNow());
            Assert.InRange(second, first - TimeSpan.FromSeconds(1), third + TimeSpan.FromSeconds(1));
        }
        Assert.InRange(ahead.GetUtcNow(), TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(1),
            TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_service_on_a_machine_whose_clock_is_a_minute_off_gives_tokens_of_the_right_time(int minutes)
    {
        var connection = await PostgresServer.CreateDatabaseAsync();
        await using var app = await TestApp.StartAsync(builder =>
        {
            builder.Configuration["Storage:Database"] = connection;
            builder.Services.AddSingleton(new StoreTime(new WrongClock(minutes * Minute)));
        });
        using var answer = await app.TrySignInAsync("demo", app.PasswordOf("demo"), TestApp.InProject("demo"));
        var issued = (DateTimeOffset)(await TestApp.JsonAsync(answer))["token"]!["issued_at"]!;
        Assert.InRange(issued, TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(30),
            TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1));
    }

    private static async Task<StoreTime> StartAsync(PostgresDatabase database, TimeSpan wrongBy)
    {
        var clock = new StoreTime(new WrongClock(wrongBy));
        using var keeper = new PostgresClock(database, clock, clock, NullLogger<PostgresClock>.Instance);
        await keeper.StartAsync(Token);
        await keeper.StopAsync(Token);
        return clock;
    }

    /// <summary>Lets the store be ahead of the system by that much, and take that long to answer.</summary>
    private Task MeasureAsync(TimeSpan ahead, TimeSpan took) => clock.MeasureAsync(() =>
    {
        var theirs = system.GetUtcNow().UtcDateTime + ahead;
        system.Advance(took);
        return Task.FromResult(theirs);
    });

    /// <summary>A clock that runs correctly but was set wrong.</summary>
    private sealed class WrongClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
