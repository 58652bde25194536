using System.Net;
using Kiroku.Api;
using Kiroku.Identity;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Identity;

public sealed class SignInGuardTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");
    private readonly FakeTimeProvider time = new();
    private readonly SignInGuard guard;

    public SignInGuardTests() => guard = new SignInGuard(Options.Create(new IdentityOptions { FailuresPerUser = 3, FailuresPerAddress = 6 }), time);

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
    public async Task Of_many_guesses_at_once_only_a_few_are_looked_at()
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
                // To wait.
            }
        }));
        Assert.InRange(looked, 3, 3 + 4);
    }

    [Fact]
    public async Task Over_HTTP_who_guessed_too_often_is_told_when_to_come_again_and_so_is_who_guessed_a_user_there_is_not()
    {
        await using var app = await TestApp.StartAsync(builder =>
        {
            builder.Configuration["Identity:FailuresPerUser"] = "2";
            builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        });
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

    private Task<SignInGuard.Attempt> BeginAsync(string who, IPAddress from) => guard.BeginAsync(who, from, TestContext.Current.CancellationToken);

    private async Task FailAsync(string who, IPAddress from, int times = 1)
    {
        for (var i = 0; i < times; i++)
            (await BeginAsync(who, from)).Dispose();
    }

    /// <summary>The wait that is asked for; an attempt that may begin counts as failed.</summary>
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
