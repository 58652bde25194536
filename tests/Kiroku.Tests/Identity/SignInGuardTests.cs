using System.Net;
using Kiroku.Api;
using Kiroku.Identity.SigningIn;
using Kiroku.Tests.Fakes;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Identity;

public sealed class SignInGuardTests : IDisposable
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");
    private readonly FakeTimeProvider time = new();
    private readonly SignInQueue queue = new();
    private readonly SignInGuard guard;

    public SignInGuardTests() => guard = new SignInGuard(
        Options.Create(new IdentityOptions { FailuresPerUser = 3, FailuresPerAddress = 6, FailuresOfStrangers = 10 }),
        queue, time);

    public void Dispose() => queue.Dispose();

    [Fact]
    public async Task Each_failure_beyond_the_free_ones_doubles_the_wait_up_to_a_limit()
    {
        await FailAsync("ann", Here, 3);
        for (var wait = 1; wait <= 32; wait *= 2)
        {
            Assert.Equal(wait, await WaitAsync("ann", Here));
            time.Advance(TimeSpan.FromSeconds(wait));
            await FailAsync("ann", Here);
        }
        Assert.Equal(60, await WaitAsync("ann", Here));
    }

    [Fact]
    public async Task The_owner_at_another_address_and_after_the_wait_is_let_in()
    {
        await FailAsync("ann", Here, 3);
        Assert.Equal(0, await WaitAsync("ann", There));
        time.Advance(TimeSpan.FromSeconds(1));
        using (var attempt = await BeginAsync("ann", Here))
            attempt.Succeeded();
        await FailAsync("ann", Here, 2);
        Assert.Equal(0, await WaitAsync("ann", Here));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_makes_nobody_wait_longer()
    {
        var clock = new SettableTime();
        var guarded = new SignInGuard(Options.Create(new IdentityOptions { FailuresPerUser = 1 }), queue, clock);
        (await guarded.BeginAsync(SignInSource.Of("ann", Here), TestContext.Current.CancellationToken)).Dispose();
        clock.Ahead = TimeSpan.FromDays(-1);
        // A slow machine may have let the second's wait pass.
        var refused = await Record.ExceptionAsync(async () =>
            (await guarded.BeginAsync(SignInSource.Of("ann", Here), TestContext.Current.CancellationToken)).Dispose());
        Assert.InRange((refused as Fault)?.RetryAfter ?? 0, 0, 1);
    }

    [Fact]
    public async Task Failures_are_forgotten_in_time()
    {
        await FailAsync("ann", Here, 2);
        time.Advance(TimeSpan.FromMinutes(16));
        await FailAsync("ann", Here, 2);
        Assert.Equal(0, await WaitAsync("ann", Here));
    }

    [Fact]
    public async Task An_address_that_tries_many_users_waits_with_all_of_them()
    {
        foreach (var user in (string[])["a", "b", "c", "d", "e", "f"])
            await FailAsync(user, Here);
        Assert.Equal(1, await WaitAsync("g", Here));
        Assert.Equal(0, await WaitAsync("g", There));
    }

    [Fact]
    public async Task Behind_a_proxy_of_the_same_host_users_do_not_wait_for_each_other()
    {
        foreach (var user in Enumerable.Range(0, 20))
            await FailAsync($"{user}", IPAddress.Loopback);
        Assert.Equal(0, await WaitAsync("f", IPAddress.Loopback));
    }

    [Fact]
    public async Task One_machine_has_a_whole_network_of_IPv6()
    {
        await FailAsync("ann", IPAddress.Parse("2001:db8::1"), 3);
        Assert.Equal(1, await WaitAsync("ann", IPAddress.Parse("2001:db8::ffff:2")));
        Assert.Equal(0, await WaitAsync("ann", IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public async Task Of_many_guesses_at_once_only_a_few_are_checked()
    {
        var looked = 0;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            try
            {
                using var attempt = await BeginAsync("ann", Here);
                Interlocked.Increment(ref looked);
                await Task.Yield();
            }
            catch (Fault)
            {
                // Refused, because it must wait.
            }
        }));
        Assert.InRange(looked, 3, 3 + 4);
    }

    [Fact]
    public async Task Strangers_with_many_addresses_are_bounded_together_and_keep_no_user_out_of_a_known_address()
    {
        foreach (var address in Enumerable.Range(1, 10))
            await FailAsync("ann", IPAddress.Parse($"198.51.100.{address}"));
        Assert.Equal(1, await WaitAsync("ann", IPAddress.Parse("198.51.100.11")));
        Assert.Equal(0, await WaitAsync("bob", There));
        using var known = await guard.BeginAsync(Known("ann", Here), TestContext.Current.CancellationToken);
        known.Succeeded();
    }

    [Fact]
    public async Task Strangers_at_a_users_own_address_who_try_other_names_do_not_keep_that_user_out()
    {
        foreach (var name in Enumerable.Range(0, 6))
            await FailAsync($"{name}", Here);
        Assert.Equal(1, await WaitAsync("ann", Here));
        using var known = await guard.BeginAsync(Known("ann", Here), TestContext.Current.CancellationToken);
        known.Succeeded();
    }

    [Fact]
    public async Task Where_a_user_is_known_an_attempt_after_many_failures_waits_a_little_instead_of_being_refused()
    {
        foreach (var source in new[] { Known("ann", Here), SignInSource.Of("ann", IPAddress.IPv6Loopback) })
        {
            var waited = TimeSpan.Zero;
            for (var i = 0; i < 20; i++)
                waited = await FailInLineAsync(source);
            Assert.Equal(TimeSpan.FromSeconds(5), waited);
        }
    }

    [Fact]
    public async Task Where_a_user_is_known_a_flood_is_checked_at_intervals_and_the_rest_is_refused()
    {
        var source = Known("ann", Here);
        for (var i = 0; i < 20; i++)
            await FailInLineAsync(source);
        var flood = Enumerable.Range(0, 150).Select(_ => EndAsync(source)).ToList();
        Assert.InRange(flood.Count(attempt => attempt.IsCompleted), 49, 50);
        for (var second = 0; second < 31; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(Task.WhenAll(flood), Task.Run(() => { }, TestContext.Current.CancellationToken));
        }
        Assert.InRange((await Task.WhenAll(flood)).Count(looked => looked), 1, 6);
    }

    [Fact]
    public async Task Over_HTTP_the_right_password_is_taken_after_five_wrong_ones_from_the_same_proxy()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Configuration["Identity:FamiliarFailureDelay"] = "00:00:00.01");
        for (var i = 0; i < 8; i++)
            Assert.Equal(401, (int)(await app.TrySignInAsync("demo", "wrong")).StatusCode);
        await app.SignInAsync("demo");
    }

    [Fact]
    public async Task Over_HTTP_callers_of_a_trusted_proxy_are_told_apart_and_a_known_one_goes_on_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;
        void Configure(WebApplicationBuilder builder)
        {
            builder.Configuration["Api:TrustedProxies"] = "127.0.0.1";
            builder.Configuration["Identity:FailuresPerUser"] = "2";
            builder.Configuration["Identity:FailuresOfStrangers"] = "3";
            builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        }
        try
        {
            await using (var app = await TestApp.StartAsync(Configure, folder))
                Assert.Equal(201, await FromAsync(app, "203.0.113.7", app.PasswordOf("demo")));
            await using var again = await TestApp.StartAsync(Configure, folder);
            Assert.Equal(401, await FromAsync(again, "203.0.113.9", "wrong"));
            Assert.Equal(401, await FromAsync(again, "203.0.113.9", "wrong"));
            Assert.Equal(429, await FromAsync(again, "203.0.113.9", again.PasswordOf("demo")));
            Assert.Equal(401, await FromAsync(again, "203.0.113.10", "wrong"));
            Assert.Equal(429, await FromAsync(again, "203.0.113.11", again.PasswordOf("demo")));
            Assert.Equal(201, await FromAsync(again, "203.0.113.7", again.PasswordOf("demo")));
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    [Fact]
    public async Task
        Over_HTTP_who_guessed_too_often_is_told_when_to_come_again_and_so_is_who_guessed_a_user_there_is_not()
    {
        await using var app = await TestApp.StartAsync(builder =>
        {
            builder.Configuration["Identity:FailuresPerUser"] = "2";
            builder.Configuration["Api:TrustedProxies"] = "127.0.0.1";
            builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        });
        app.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        foreach (var name in (string[])["demo", "nobody"])
        {
            for (var i = 0; i < 2; i++)
                Assert.Equal(401, (int)(await app.TrySignInAsync(name, "wrong")).StatusCode);
            using var answer = await app.TrySignInAsync(name, name == "demo" ? app.PasswordOf(name) : "wrong");
            Assert.Equal((429, "1"), ((int)answer.StatusCode, answer.Headers.RetryAfter!.ToString()));
            Assert.Equal("Too Many Requests", (string)(await TestApp.JsonAsync(answer))["error"]!["title"]!);
        }
        await app.SignInAsync("admin");
    }

    private Task<SignInGuard.Attempt> BeginAsync(string who, IPAddress from)
        => guard.BeginAsync(SignInSource.Of(who, from), TestContext.Current.CancellationToken);

    private static SignInSource Known(string who, IPAddress from)
        => SignInSource.Of(who, from) with { SeenAt = DateTime.UnixEpoch };

    /// <summary>Makes one failed attempt; returns how long it had to wait.</summary>
    private async Task<TimeSpan> FailInLineAsync(SignInSource source)
    {
        var began = time.GetUtcNow();
        var begin = guard.BeginAsync(source, TestContext.Current.CancellationToken);
        // An attempt that does not start at once waits only for this clock.
        while (!begin.IsCompleted)
            time.Advance(TimeSpan.FromSeconds(1));
        (await begin).Dispose();
        return time.GetUtcNow() - began;
    }

    /// <summary>Fails as soon as it may; returns whether it was checked.</summary>
    private async Task<bool> EndAsync(SignInSource source)
    {
        try
        {
            using var attempt = await guard.BeginAsync(source, TestContext.Current.CancellationToken);
            return true;
        }
        catch (Fault fault) when (fault.Status == 429)
        {
            return false;
        }
    }

    private static async Task<int> FromAsync(TestApp app, string address, string password)
    {
        app.Http.DefaultRequestHeaders.Remove("X-Forwarded-For");
        app.Http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        using var answer = await app.TrySignInAsync("demo", password);
        return (int)answer.StatusCode;
    }

    private async Task FailAsync(string who, IPAddress from, int times = 1)
    {
        for (var i = 0; i < times; i++)
            (await BeginAsync(who, from)).Dispose();
    }

    /// <summary>The wait that is demanded; an attempt that may start counts as failed.</summary>
    private async Task<int> WaitAsync(string who, IPAddress from)
    {
        try
        {
            using var attempt = await BeginAsync(who, from);
            return 0;
        }
        catch (Fault fault) when (fault.Status == 429)
        {
            return fault.RetryAfter!.Value;
        }
    }
}
