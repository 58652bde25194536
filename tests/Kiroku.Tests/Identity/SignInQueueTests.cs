using System.Net;
using Kiroku.Api;
using Kiroku.Identity.SigningIn;

namespace Kiroku.Tests.Identity;

public sealed class SignInQueueTests : IDisposable
{
    private readonly SignInQueue queue = new();
    private readonly List<SignInPlace> taken = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static int Processors => Math.Max(1, Environment.ProcessorCount / 2);

    public void Dispose()
    {
        // Each place that is given up lets another one in, which is added meanwhile.
        SignInPlace[] all;
        lock (taken)
            all = [.. taken];
        foreach (var place in all)
            place.Dispose();
        queue.Dispose();
    }

    [Fact]
    public void Passwords_are_checked_on_half_of_the_processors_at_most_whoever_asks()
    {
        var attempts = Enumerable.Range(0, 50).Select(i => TakeAsync(i % 2 == 0 ? Known(i) : Stranger(i))).ToList();
        Assert.Equal(Math.Min(50, Processors), attempts.Count(attempt => attempt.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task A_flood_from_one_address_delays_others_like_one_caller()
    {
        var flood = Enumerable.Range(0, 80).Select(i => TakeAsync(Stranger(1, $"user{i}"))).ToList();
        var other = TakeAsync(Stranger(2));
        for (var ended = 0; !other.IsCompleted; ended++)
        {
            Assert.InRange(ended, 0, 1);
            await EndFirstAsync();
        }
        Assert.InRange(flood.Count(attempt => attempt.IsCompleted), 1, 2);
    }

    [Fact]
    public async Task However_many_addresses_strangers_have_a_known_user_waits_for_few_of_them()
    {
        var flood = Enumerable.Range(0, 150).Select(i => TakeAsync(Stranger(i))).ToList();
        var known = TakeAsync(Known(1));
        for (var ended = 0; !known.IsCompleted; ended++)
        {
            Assert.InRange(ended, 0, 4 * Processors);
            await EndFirstAsync();
        }
        Assert.Contains(flood, attempt => !attempt.IsCompleted);
    }

    [Fact]
    public async Task Lines_have_an_end_for_one_address_with_429_and_for_all_strangers_with_503()
    {
        var one = await Task.WhenAll(
            Enumerable.Range(0, 110).Select(i => RefusedAsync(Stranger(1, $"user{i}"))).Where(
                attempt => attempt.IsCompleted));
        Assert.All(one, status => Assert.Equal(429, status));
        Assert.InRange(one.Length, 9, 9);
        var all = await Task.WhenAll(
            Enumerable.Range(2, 300).Select(i => RefusedAsync(Stranger(i))).Where(attempt => attempt.IsCompleted));
        Assert.NotEmpty(all);
        Assert.All(all, status => Assert.Equal(503, status));
    }

    private static SignInSource Stranger(int address, string who = "ann")
        => SignInSource.Of(who, new IPAddress([198, 51, (byte)(address / 250), (byte)(1 + (address % 250))]));

    private static SignInSource Known(int address) => Stranger(address) with { SeenAt = DateTime.UnixEpoch };

    private async Task TakeAsync(SignInSource source)
    {
        var place = new SignInPlace(queue);
        await place.EnterAsync(source, Token);
        await place.TakeProcessorAsync(source, Token);
        lock (taken)
            taken.Add(place);
    }

    /// <summary>Ends the attempt that has had a processor for longest, as soon as there is one.</summary>
    private async Task EndFirstAsync()
    {
        SignInPlace? first = null;
        while (first is null)
        {
            lock (taken)
            {
                first = taken.FirstOrDefault();
                taken.Remove(first!);
            }
            await Task.Yield();
        }
        first.Dispose();
        // The consequences run on other threads.
        while (NobodyHas())
            await Task.Yield();
    }

    private bool NobodyHas()
    {
        lock (taken)
            return taken.Count == 0;
    }

    private async Task<int> RefusedAsync(SignInSource source)
    {
        try
        {
            await TakeAsync(source);
            await Task.Delay(Timeout.Infinite, Token);
            return 0;
        }
        catch (Fault fault)
        {
            return fault.Status;
        }
    }
}
