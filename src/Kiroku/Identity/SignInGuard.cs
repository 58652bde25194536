using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity;

/// <summary>
/// Slows down whoever guesses: after some failures of an address with one user, or with all together, each further one makes
/// that address wait twice as long, up to a limit. Other addresses are not touched, and time forgives, so that nobody is
/// locked out for good.
/// </summary>
internal sealed class SignInGuard(IOptions<IdentityOptions> options, TimeProvider time)
{
    private const int MostRemembered = 100_000;

    /// <summary>Of one's own host anybody may call from behind a proxy; they are not to wait for each other.</summary>
    private const string OwnHost = "own";

    private readonly ConcurrentDictionary<string, Failures> remembered = new(StringComparer.Ordinal);

    /// <summary>Begins an attempt, which is over when the result is disposed of.</summary>
    /// <exception cref="Fault">429 with the time to wait, without a look at the proof.</exception>
    public async Task<Attempt> BeginAsync(string who, IPAddress? from, CancellationToken cancellationToken)
    {
        if (remembered.Count > MostRemembered)
            Forget();
        var address = Counted(from);
        var pair = Of($"{address} {who}");
        var all = address == OwnHost ? null : Of(address);
        // A few at a time, so that many guesses at once do not all slip in before the first has failed.
        await pair.Turn.WaitAsync(cancellationToken);
        var now = time.GetUtcNow();
        var wait = pair.Wait(now) is var own && all?.Wait(now) is { } shared && shared > own ? shared : own;
        if (wait <= TimeSpan.Zero)
            return new Attempt(this, pair, all);
        pair.Turn.Release();
        throw TooMany((int)Math.Ceiling(wait.TotalSeconds));
    }

    /// <summary>An address as it is counted: of IPv6 the network, because one machine has all of it.</summary>
    private static string Counted(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address))
            return OwnHost;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes()[..8]) : address.ToString();
    }

    private static Fault TooMany(int seconds)
        => new(StatusCodes.Status429TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"Too many failed attempts to sign in. Try again in {seconds} seconds."))
        {
            RetryAfter = seconds,
        };

    private void Count(Failures pair, Failures? all)
    {
        var now = time.GetUtcNow();
        pair.Add(options.Value.FailuresPerUser, now);
        all?.Add(options.Value.FailuresPerAddress, now);
    }

    private Failures Of(string key) => remembered.GetOrAdd(key, _ => new Failures(options.Value));

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var (key, failures) in remembered)
        {
            if (failures.AreForgotten(now))
                remembered.TryRemove(key, out _);
        }
        // Whoever makes so many names is not to fill the memory with them.
        if (remembered.Count > MostRemembered)
            remembered.Clear();
    }

    /// <summary>One attempt: failed, unless it is said to have succeeded.</summary>
    internal sealed class Attempt(SignInGuard guard, Failures pair, Failures? all) : IDisposable
    {
        private bool succeeded;

        public void Succeeded() => succeeded = true;

        public void Dispose()
        {
            if (succeeded)
                pair.Clear();
            else
                guard.Count(pair, all);
            pair.Turn.Release();
        }
    }

    /// <summary>What failed lately under one key.</summary>
    internal sealed class Failures(IdentityOptions options)
    {
        private const int MostAtOnce = 4;
        private readonly Lock gate = new();
        private int count;
        private DateTimeOffset last;
        private DateTimeOffset open;

        public SemaphoreSlim Turn { get; } = new(MostAtOnce);

        public TimeSpan Wait(DateTimeOffset now)
        {
            lock (gate)
                return open - now;
        }

        public void Add(int free, DateTimeOffset now)
        {
            lock (gate)
            {
                count = now - last > options.FailureMemory ? 1 : count + 1;
                last = now;
                if (count >= free)
                    open = now + Delay(count - free);
            }
        }

        public void Clear()
        {
            lock (gate)
                (count, open) = (0, default);
        }

        public bool AreForgotten(DateTimeOffset now)
        {
            lock (gate)
                return now - last > options.FailureMemory && Turn.CurrentCount == MostAtOnce;
        }

        private TimeSpan Delay(int beyond)
            => TimeSpan.FromSeconds(Math.Min(options.FailureDelay.TotalSeconds, Math.Pow(2, Math.Min(beyond, 30))));
    }
}
