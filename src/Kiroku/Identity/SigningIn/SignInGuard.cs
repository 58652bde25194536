using System.Collections.Concurrent;
using System.Globalization;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.SigningIn;

/// <summary>
/// Slows down password guessing without locking out users (docs/adr/0024). Failures of strangers are counted by
/// address and user, by address, and by user over all addresses; while the wait lasts, strangers are refused. A user
/// at a known address has a separate count and queues instead. So nothing that strangers do can lock users out of
/// places where they are known.
/// </summary>
internal sealed class SignInGuard(IOptions<IdentityOptions> options, SignInQueue queue, TimeProvider time)
{
    private const int MostRemembered = 100_000;

    /// <summary>How long a known user queues. Most clients give up after a minute.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly long began = time.GetTimestamp();
    private readonly ConcurrentDictionary<string, SignInFailures> remembered = new(StringComparer.Ordinal);

    /// <summary>Begins an attempt, which ends when the result is disposed.</summary>
    /// <exception cref="Fault">429 with the time to wait, or 503 if too many try at once. The proof is not checked
    /// then.</exception>
    public async Task<Attempt> BeginAsync(SignInSource source, CancellationToken cancellationToken)
    {
        if (!source.IsFamiliar)
            RefuseIfTooEarly(source);
        using var patience = new CancellationTokenSource(Patience, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var place = new SignInPlace(queue);
        try
        {
            await place.EnterAsync(source, ended.Token);
            // Attempts that were ahead in the queue may have failed meanwhile.
            if (!source.IsFamiliar)
                RefuseIfTooEarly(source);
            else if (Wait(source) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, ended.Token);
            await place.TakeProcessorAsync(source, ended.Token);
            return new Attempt(this, source, place);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            place.Dispose();
            throw TooMany(options.Value.FamiliarFailureDelay);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private void RefuseIfTooEarly(SignInSource source)
    {
        if (Wait(source) is var wait && wait > TimeSpan.Zero)
            throw TooMany(wait);
    }

    private TimeSpan Wait(SignInSource source)
    {
        var now = time.GetElapsedTime(began);
        return Counters(source)
            .Max(counter => remembered.TryGetValue(counter.Key, out var failures) ? failures.Wait(now) : TimeSpan.Zero);
    }

    private void Count(SignInSource source)
    {
        if (remembered.Count >= MostRemembered)
            Forget();
        var now = time.GetElapsedTime(began);
        foreach (var counter in Counters(source))
            remembered.GetOrAdd(counter.Key, _ => new SignInFailures(options.Value.FailureMemory))
                .Add(counter.Free, counter.Longest, now);
    }

    /// <summary>The counters of an attempt. The first is for this user at this address.</summary>
    private Counter[] Counters(SignInSource source)
    {
        var (pair, limits) = ($"{source.Address} {source.Who}", options.Value);
        if (source.IsFamiliar)
            return [new Counter($"familiar {pair}", limits.FailuresPerUser, limits.FamiliarFailureDelay)];
        return
        [
            new Counter($"pair {pair}", limits.FailuresPerUser, limits.FailureDelay),
            new Counter($"address {source.Address}", limits.FailuresPerAddress, limits.FailureDelay),
            new Counter($"user {source.Who}", limits.FailuresOfStrangers, limits.FailureDelay),
        ];
    }

    private static Fault TooMany(TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        var text = string.Create(
            CultureInfo.InvariantCulture, $"Too many failed attempts to sign in. Try again in {seconds} seconds.");
        return new Fault(StatusCodes.Status429TooManyRequests, text) { RetryAfter = seconds };
    }

    /// <summary>Drops the oldest failures, so that attempts with many different names cannot fill the
    /// memory.</summary>
    private void Forget()
    {
        foreach (var (key, _) in remembered.OrderBy(one => one.Value.Last).Take(MostRemembered / 2).ToList())
            remembered.TryRemove(key, out _);
    }

    /// <summary>One attempt. It counts as failed unless <see cref="Succeeded"/> is called.</summary>
    internal sealed class Attempt(SignInGuard guard, SignInSource source, SignInPlace place) : IDisposable
    {
        private bool succeeded;

        public void Succeeded() => succeeded = true;

        public void Dispose()
        {
            if (!succeeded)
                guard.Count(source);
            else if (guard.remembered.TryGetValue(guard.Counters(source)[0].Key, out var failures))
                failures.Clear();
            // Comes last, so that the next in the queue finds this attempt counted.
            place.Dispose();
        }
    }

    private readonly record struct Counter(string Key, int Free, TimeSpan Longest);
}
