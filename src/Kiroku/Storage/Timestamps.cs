using System.Globalization;

namespace Kiroku.Storage;

/// <summary>
/// Times as Kiroku keeps and shows them: UTC, microseconds, <c>YYYY-MM-DDTHH:MM:SS.ffffff</c> without zone, as Nova's
/// (doc/api_samples/os-instance-actions). Their text sorts as the times do.
/// </summary>
internal static class Timestamps
{
    private const string Microseconds = "yyyy-MM-dd'T'HH:mm:ss.ffffff";
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Now, cut to the microsecond so that what is kept equals what was meant.</summary>
    public static DateTime UtcNow(this TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    public static string Format(DateTime time) => time.ToString(Microseconds, CultureInfo.InvariantCulture);

    /// <summary>Whole seconds with a Z, as Nova shows a server's created and updated.</summary>
    public static string FormatSeconds(DateTime time) => time.ToString(Seconds, CultureInfo.InvariantCulture);

    public static DateTime Parse(string text) => DateTime.SpecifyKind(
        DateTime.ParseExact(text, Microseconds, CultureInfo.InvariantCulture), DateTimeKind.Utc);
}
