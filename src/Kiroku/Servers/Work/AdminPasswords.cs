using System.Security.Cryptography;
using System.Text.Json;

namespace Kiroku.Servers.Work;

/// <summary>
/// Passwords that the answers to a creation and a rebuild show (nova/utils.py, generate_password: 12 letters and
/// digits, none of which look alike).
/// </summary>
internal static class AdminPasswords
{
    private const string Symbols = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>The password in the request, or a new one.</summary>
    public static string Of(JsonElement request)
        => request.ValueKind == JsonValueKind.Object && request.TryGetProperty("adminPass", out var given)
            ? given.GetString()!
            : RandomNumberGenerator.GetString(Symbols, 12);
}
