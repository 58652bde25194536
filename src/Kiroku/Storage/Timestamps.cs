using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Kiroku.Storage;

/// <summary>
/// Times as Kiroku stores and shows them: UTC, microseconds, <c>YYYY-MM-DDTHH:MM:SS.ffffff</c> without a zone, as
/// Nova's (doc/api_samples/os-instance-actions). Their text sorts in order of time.
/// </summary>
internal static class Timestamps
{
    private const string Microseconds = "yyyy-MM-dd'T'HH:mm:ss.ffffff";
    private const int Length = 26;
    private const int RoundTrip = 33;
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The present time, cut to microseconds so that it does not change when it is stored.</summary>
    public static DateTime UtcNow(this TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    public static string Format(DateTime time)
    {
        // .NET writes its round-trip format several times faster than a custom one. The last digit and the zone are
        // cut off.
        Span<char> text = stackalloc char[RoundTrip];
        time.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        return new string(text[..Length]);
    }

    /// <summary>Whole seconds with a Z, as in a server's created and updated times.</summary>
    public static string FormatSeconds(DateTime time) => time.ToString(Seconds, CultureInfo.InvariantCulture);

    public static DateTime Parse(ReadOnlySpan<char> text)
    {
        Span<byte> whole = stackalloc byte[Length + 2];
        // The round-trip format is faster here as well. It needs another digit and a zone.
        if (text.Length == Length && Encoding.ASCII.TryGetBytes(text, whole, out _))
        {
            "0Z"u8.CopyTo(whole[Length..]);
            if (Utf8Parser.TryParse(whole, out DateTime time, out var read, 'O') && read == whole.Length)
                return time;
        }
        throw new FormatException($"'{text}' is no time of the form {Microseconds}.");
    }
}
