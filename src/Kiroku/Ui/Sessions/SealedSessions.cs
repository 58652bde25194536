using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;

namespace Kiroku.Ui.Sessions;

/// <summary>Sessions sealed with the keys in the store, which any node opens.</summary>
internal static class SealedSessions
{
    public static string ProtectSession(this IDataProtector protector, Session session)
        => protector.Protect(JsonSerializer.Serialize(session, SessionJson.Default.Session));

    /// <summary>Null for what is not sealed, or was for another purpose.</summary>
    public static Session? OpenSession(this IDataProtector protector, string text)
    {
        try
        {
            return JsonSerializer.Deserialize(protector.Unprotect(text), SessionJson.Default.Session);
        }
        catch (Exception e) when (e is CryptographicException or JsonException or FormatException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(Session))]
internal sealed partial class SessionJson : JsonSerializerContext;
