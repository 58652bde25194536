using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Identity.Accounts;

/// <summary>Ids in Keystone's form that are the same in every installation, for things that no table holds.</summary>
internal static class StableId
{
    public static string Of(string name)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"kiroku {name}")))[..32];
}
