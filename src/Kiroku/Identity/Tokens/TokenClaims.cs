using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.Tokens;

/// <summary>
/// What a token says of itself. The first audit id is its own, the second that of the token it was made from.
/// </summary>
internal sealed record TokenClaims
{
    /// <summary>
    /// Of this layout there are longer and shorter ones: the version before reads no further than it knows.
    /// </summary>
    private const byte Layout = 2;

    /// <summary>How far the clocks of those who share a store may be apart, or one may be put right.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public required string UserId { get; init; }

    /// <summary>
    /// The user's <see cref="User.ValidAfter"/> when the proof was checked: whoever changes it voids the token.
    /// </summary>
    public DateTime UserStamp { get; init; }

    /// <summary>The project, or the domain's id; null for neither.</summary>
    public string? ScopeId { get; init; }

    /// <summary>The application credential that was the proof, if one was.</summary>
    public string? CredentialId { get; init; }

    public required IReadOnlyList<string> Methods { get; init; }

    public required IReadOnlyList<string> AuditIds { get; init; }

    public DateTime IssuedAt { get; init; }

    public DateTime ExpiresAt { get; init; }

    /// <summary>
    /// The project's <see cref="Project.ValidAfter"/> when the token was made; null without a project, and in tokens of
    /// the version before.
    /// </summary>
    public DateTime? ProjectStamp { get; init; }

    /// <summary>How many changes of identity's rows there had been when the token was made.</summary>
    public long Changes { get; init; }

    public string AuditId => AuditIds[0];

    /// <summary>
    /// Whether it is of now: neither expired nor made later than now, as by a clock that was wrong, nor good for longer
    /// than tokens are.
    /// </summary>
    public bool IsOf(DateTime now, TimeSpan lifetime)
        => ExpiresAt > now && IssuedAt - now <= Skew && ExpiresAt - now - Skew <= lifetime;

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes))
        {
            writer.Write(Layout);
            writer.Write(UserId);
            writer.Write(UserStamp.Ticks);
            writer.Write(ScopeId ?? "");
            writer.Write(CredentialId ?? "");
            Write(writer, Methods);
            Write(writer, AuditIds);
            writer.Write(IssuedAt.Ticks);
            writer.Write(ExpiresAt.Ticks);
            writer.Write(ProjectStamp?.Ticks ?? 0);
            writer.Write(Changes);
        }
        return bytes.ToArray();
    }

    /// <summary>The claims, or null if they were written in another layout.</summary>
    public static TokenClaims? FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        if (reader.ReadByte() != Layout)
            return null;
        // In the order in which they were written.
        var claims = new TokenClaims
        {
            UserId = reader.ReadString(),
            UserStamp = Time(reader),
            ScopeId = Optional(reader),
            CredentialId = Optional(reader),
            Methods = Read(reader),
            AuditIds = Read(reader),
            IssuedAt = Time(reader),
            ExpiresAt = Time(reader),
        };
        if (reader.BaseStream.Position == bytes.Length)
            return claims;
        return claims with
        {
            ProjectStamp = Time(reader) is { Ticks: > 0 } stamp ? stamp : null,
            Changes = reader.ReadInt64(),
        };
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

    private static string? Optional(BinaryReader reader) => reader.ReadString() is { Length: > 0 } text ? text : null;

    private static DateTime Time(BinaryReader reader) => new(reader.ReadInt64(), DateTimeKind.Utc);
}
