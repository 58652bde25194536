namespace Kiroku.Identity;

/// <summary>What a token says of itself. The first audit id is its own, the second that of the token it was made from.</summary>
internal sealed record TokenClaims(
    string UserId, string? ProjectId, IReadOnlyList<string> Methods, IReadOnlyList<string> AuditIds, DateTime IssuedAt, DateTime ExpiresAt)
{
    private const byte Layout = 1;

    public string AuditId => AuditIds[0];

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes))
        {
            writer.Write(Layout);
            writer.Write(UserId);
            writer.Write(ProjectId ?? "");
            Write(writer, Methods);
            Write(writer, AuditIds);
            writer.Write(IssuedAt.Ticks);
            writer.Write(ExpiresAt.Ticks);
        }
        return bytes.ToArray();
    }

    /// <summary>The claims, or null if they were written in another layout.</summary>
    public static TokenClaims? FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        if (reader.ReadByte() != Layout)
            return null;
        var user = reader.ReadString();
        var project = reader.ReadString();
        return new TokenClaims(user, project.Length == 0 ? null : project, Read(reader), Read(reader), Time(reader), Time(reader));
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<string> texts)
    {
        writer.Write((byte)texts.Count);
        foreach (var text in texts)
            writer.Write(text);
    }

    private static string[] Read(BinaryReader reader)
    {
        var texts = new string[reader.ReadByte()];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = reader.ReadString();
        return texts;
    }

    private static DateTime Time(BinaryReader reader) => new(reader.ReadInt64(), DateTimeKind.Utc);
}
