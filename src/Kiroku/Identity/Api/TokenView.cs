using System.Text.Json;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.SigningIn;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity.Api;

/// <summary>A token as Keystone shows it.</summary>
internal static class TokenView
{
    /// <param name="json">The output.</param>
    /// <param name="signIn">The token's data.</param>
    /// <param name="catalog">Writes the catalog; null leaves it out, as for a token without a project.</param>
    public static void Write(Utf8JsonWriter json, SignIn signIn, Action<Utf8JsonWriter>? catalog)
    {
        json.WriteStartObject();
        json.WriteStartObject("token");
        WriteTexts(json, "methods", signIn.Claims.Methods);
        json.WriteStartObject("user");
        WriteDomain(json);
        json.WriteString("id", signIn.User.Id);
        json.WriteString("name", signIn.User.Name);
        json.WriteNull("password_expires_at");
        json.WriteEndObject();
        WriteTexts(json, "audit_ids", signIn.Claims.AuditIds);
        json.WriteString("expires_at", Time(signIn.Claims.ExpiresAt));
        json.WriteString("issued_at", Time(signIn.Claims.IssuedAt));
        if (signIn.Claims.ScopeId is not null)
            WriteScope(json, signIn);
        if (signIn.Claims.ScopeId is not null)
            catalog?.Invoke(json);
        if (signIn.Credential is { } credential)
            WriteCredential(json, credential);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteScope(Utf8JsonWriter json, SignIn signIn)
    {
        if (signIn.Project is { } project)
        {
            json.WriteStartObject("project");
            WriteDomain(json);
            json.WriteString("id", project.Id);
            json.WriteString("name", project.Name);
            json.WriteEndObject();
            json.WriteBoolean("is_domain", false);
        }
        else
        {
            WriteDomain(json);
        }
        json.WriteStartArray("roles");
        foreach (var role in signIn.Roles)
        {
            json.WriteStartObject();
            json.WriteString("id", role.Id);
            json.WriteString("name", role.Name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteCredential(Utf8JsonWriter json, ApplicationCredential credential)
    {
        json.WriteStartObject(CredentialProof.Method);
        json.WriteString("id", credential.Id);
        json.WriteString("name", credential.Name);
        json.WriteBoolean("restricted", !credential.Unrestricted);
        json.WriteEndObject();
    }

    public static void WriteDomain(Utf8JsonWriter json)
    {
        json.WriteStartObject("domain");
        json.WriteString("id", Domain.Id);
        json.WriteString("name", Domain.Name);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string key, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(key);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>Whole seconds with six decimals, as in Keystone's tokens.</summary>
    private static string Time(DateTime time)
        => time.ToString("yyyy-MM-dd'T'HH:mm:ss'.000000Z'", System.Globalization.CultureInfo.InvariantCulture);
}
