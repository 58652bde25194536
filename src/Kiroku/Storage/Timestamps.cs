using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Kiroku.Storage;

/// <summary>
/// Times as Kiroku keeps and shows them: UTC, microseconds, <c>YYYY-MM-DDTHH:MM:SS.ffffff</c> without zone, as Nova's
/// (doc/api_samples/os-instance-actions). Their text sorts as the times do.
/// </summary>
internal static class Timestamps
{
    private const string Microseconds = "yyyy-MM-dd'T'HH:mm:ss.ffffff";
    private const int Length = 26;
    private const int RoundTrip = 33;
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Now, cut to the microsecond so that what is kept equals what was meant.</summary>
    public static DateTime UtcNow(this TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    public static string Format(DateTime time)
    {
        // Of .NET's forms the round-trip one is written some times quicker than one of our own; its end is too exact.
        Span<char> text = stackalloc char[RoundTrip];
        time.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        return new string(text[..Length]);
    }

    /// <summary>Whole seconds with a Z, as Nova shows a server's created and updated.</summary>
    public static string FormatSeconds(DateTime time) => time.ToString(Seconds, CultureInfo.InvariantCulture);

    public static DateTime Parse(ReadOnlySpan<char> text)
    {
        Span<byte> whole = stackalloc byte[Length + 2];
        // Likewise: with one digit more and a zone it is the round-trip form.
        if (text.Length == Length && Encoding.ASCII.TryGetBytes(text, whole, out _))
        {
            "0Z"u8.CopyTo(whole[Length..]);
            if (Utf8Parser.TryParse(whole, out DateTime time, out var read, 'O') && read == whole.Length)
                return time;
        }
        throw new FormatException($"'{text}' is no time of the form {Microseconds}.");
    }
}
