using System.Text;

namespace Kiroku.Actions;

/// <summary>
/// Ids as the record's columns hold them: 16 bytes for a UUID in one of the forms that OpenStack's services give out,
/// and the text itself for any other id, so that every id reads as it was.
/// </summary>
internal static class CompactId
{
    public const string RequestPrefix = "req-";

    /// <summary>The length of a UUID, which no text is stored with.</summary>
    private const int Uuid = 16;

    /// <summary>Marks a text. It is no byte of UTF-8, and stands twice where the text would else be taken for a
    /// UUID.</summary>
    private const byte Text = 0xFF;

    public static byte[] Of(Guid id) => id.ToByteArray(bigEndian: true);

    public static Guid ToGuid(byte[] stored) => new(stored, bigEndian: true);

    /// <summary>Of a request id: "req-" and a UUID.</summary>
    public static byte[] OfRequest(string id)
        => id.StartsWith(RequestPrefix, StringComparison.Ordinal)
            ? Of(id, id[RequestPrefix.Length..], "D")
            : OfText(id);

    public static string ToRequest(byte[] stored)
        => stored.Length == Uuid ? $"{RequestPrefix}{ToGuid(stored)}" : ToText(stored);

    /// <summary>Of a user's or project's id: 32 hexadecimal digits.</summary>
    public static byte[]? OfOwner(string? id) => id is null ? null : Of(id, id, "N");

    public static string? ToOwner(byte[]? stored)
        => stored is null ? null : stored.Length == Uuid ? $"{ToGuid(stored):N}" : ToText(stored);

    /// <summary>A UUID that is not written as it is shown again is a text.</summary>
    private static byte[] Of(string id, string uuid, string form)
        => Guid.TryParseExact(uuid, form, out var parsed) && parsed.ToString(form) == uuid ? Of(parsed) : OfText(id);

    private static byte[] OfText(string id)
    {
        var text = Encoding.UTF8.GetBytes(id);
        return text.Length == Uuid - 1 ? [Text, Text, .. text] : [Text, .. text];
    }

    private static string ToText(byte[] stored) => Encoding.UTF8.GetString(stored.AsSpan().TrimStart(Text));
}
