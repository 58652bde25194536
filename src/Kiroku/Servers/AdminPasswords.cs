using System.Security.Cryptography;

namespace Kiroku.Servers;

/// <summary>Passwords that creation and rebuild answer with (nova/utils.py, generate_password: 12 letters and digits, none alike).</summary>
internal static class AdminPasswords
{
    private const string Symbols = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    public static string New() => RandomNumberGenerator.GetString(Symbols, 12);
}
