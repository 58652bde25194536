using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.Tokens;

/// <summary>
/// The contents of a token. The first audit id is its own; the second is that of the token it was made from.
/// </summary>
internal sealed record TokenClaims
{
    /// <summary>
    /// The layout's number stays the same when fields are added at the end, because the previous version ignores
    /// them.
    /// </summary>
    private const byte Layout = 2;

    /// <summary>How far apart the clocks of processes that share a store may be, or how far a clock may be
    /// corrected.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public required string UserId { get; init; }

    /// <summary>
    /// The user's <see cref="User.ValidAfter"/> at the sign-in. The token becomes invalid when that changes.
    /// </summary>
    public DateTime UserStamp { get; init; }

    /// <summary>The id of the project or the domain; null for neither.</summary>
    public string? ScopeId { get; init; }

    /// <summary>The application credential that was the proof, if any.</summary>
    public string? CredentialId { get; init; }

    public required IReadOnlyList<string> Methods { get; init; }

    public required IReadOnlyList<string> AuditIds { get; init; }

    public DateTime IssuedAt { get; init; }

    public DateTime ExpiresAt { get; init; }

    /// <summary>
    /// The project's <see cref="Project.ValidAfter"/> when the token was made; null without a project and in tokens
    /// of the previous version.
    /// </summary>
    public DateTime? ProjectStamp { get; init; }

    /// <summary>The number of changes to identity's rows when the token was made.</summary>
    public long Changes { get; init; }

    public string AuditId => AuditIds[0];

    /// <summary>
    /// Whether the token is valid at this time: not expired, not made in the future by a wrong clock, and not valid
    /// for longer than tokens are.
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

    /// <summary>Reads claims; null if they have another layout.</summary>
    public static TokenClaims? FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        if (reader.ReadByte() != Layout)
            return null;
        // Fields are read in the order in which they were written.
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
