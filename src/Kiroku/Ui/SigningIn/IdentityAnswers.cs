using System.Text.Json;
using Kiroku.Identity.Keystone;
using Kiroku.Identity.Tokens;
using Kiroku.Ui.Door;
using Kiroku.Ui.Sessions;

namespace Kiroku.Ui.SigningIn;

/// <summary>
/// Reads what an identity service answers. A Keystone, or what stands in its place, may answer anything: what cannot be
/// read is null.
/// </summary>
internal static class IdentityAnswers
{
    /// <summary>The session of a new token.</summary>
    public static Session? Session(ApiAnswer answer) => Read(answer, () =>
    {
        var token = answer.Headers[TokenHeaders.Subject].ToString();
        var signIn = KeystoneToken.Read(answer.Body.ToArray());
        return token.Length == 0 ? null : Sessions.Session.Of(token, signIn);
    });

    /// <summary>Projects by id, in the order of their names.</summary>
    public static List<KeyValuePair<string, string>>? Projects(ApiAnswer answer) => Read(answer, () =>
    {
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.GetProperty("projects").EnumerateArray()
            .Select(project => KeyValuePair.Create(Text(project, "id"), Text(project, "name")))
            .OrderBy(project => project.Value, StringComparer.OrdinalIgnoreCase).ToList();
    });

    private static T? Read<T>(ApiAnswer answer, Func<T?> read)
        where T : class
    {
        try
        {
            return answer.IsGood ? read() : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }

    private static string Text(JsonElement element, string name)
        => element.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");
}
