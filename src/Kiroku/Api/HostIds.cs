using System.Collections.Concurrent;
using System.Text;
using Org.BouncyCastle.Crypto.Digests;

namespace Kiroku.Api;

/// <summary>
/// Host names as users may see them: the SHA-224 of project and host in hex. Users can tell hosts apart, but not name
/// them or compare them with other projects (nova/utils.py, generate_hostid).
/// </summary>
internal static class HostIds
{
    private static readonly ConcurrentDictionary<(string, string), string> Known = new();

    public static string Of(string projectId, string? host)
        => host is null ? "" : Known.GetOrAdd((projectId, host), Hash);

    private static string Hash((string ProjectId, string Host) key)
    {
        var digest = new Sha224Digest();
        var input = Encoding.UTF8.GetBytes(key.ProjectId + key.Host);
        digest.BlockUpdate(input, 0, input.Length);
        var hash = new byte[digest.GetDigestSize()];
        digest.DoFinal(hash, 0);
        return Convert.ToHexStringLower(hash);
    }
}
