using System.Globalization;
using Kiroku.Api;
using Microsoft.Net.Http.Headers;

namespace Kiroku.Actions.Live;

/// <summary>
/// What a request for one action waits for, if it waits: <c>Prefer: wait=SECONDS</c> (RFC 7240) has it wait for the
/// action's end or, with <c>If-None-Match</c>, for the action's next change.
/// </summary>
internal sealed class WaitRequest
{
    private const int MostSeconds = 120;
    private const string Preference = "wait";

    private readonly IList<EntityTagHeaderValue> known;

    /// <exception cref="Fault">400: the wait is no number of seconds that is waited for.</exception>
    public WaitRequest(HttpRequest request)
    {
        known = request.GetTypedHeaders().IfNoneMatch;
        var waits = request.Headers.GetCommaSeparatedValues("Prefer")
            .Select(preference => preference.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries))
            .Where(parts => parts[0].Equals(Preference, StringComparison.OrdinalIgnoreCase)).ToList();
        // As the RFC has it, of several the first one counts.
        if (waits.Count > 0)
            Longest = TimeSpan.FromSeconds(ReadSeconds(waits[0]));
    }

    /// <summary>The longest time to wait; null if the request does not wait.</summary>
    public TimeSpan? Longest { get; }

    /// <summary>The preference as it is taken; null if there is none.</summary>
    public string? Applied => Longest is { } longest
        ? string.Create(CultureInfo.InvariantCulture, $"{Preference}={longest.TotalSeconds}")
        : null;

    /// <summary>Whether the answer may be given, before the time is up.</summary>
    public bool IsFulfilledBy(ShownAction shown) => shown.Done || (known.Count > 0 && !Knows(shown));

    /// <summary>Whether the client has this answer already.</summary>
    public bool Knows(ShownAction shown)
        => known.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(shown.Tag, useStrongComparison: false));

    private static int ReadSeconds(string[] parts)
    {
        if (parts.Length == 2
            && int.TryParse(parts[1].Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= MostSeconds)
            return seconds;
        throw LiveParameters.Refuse($"Prefer: wait is a whole number of seconds from 0 to {MostSeconds}.");
    }
}
