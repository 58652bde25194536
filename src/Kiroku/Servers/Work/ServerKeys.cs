using Kiroku.Api;
using Kiroku.Keypairs;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>Copies the parts of a key pair that a server keeps.</summary>
internal static class ServerKeys
{
    /// <exception cref="Fault">400: the user has no key pair of that name.</exception>
    public static async Task<ServerKey?> TakeAsync(
        this KeypairStore keypairs, string userId, string? name, CancellationToken cancellationToken)
    {
        if (name is null)
            return null;
        var keypair = await keypairs.FindAsync(userId, name, cancellationToken)
            ?? throw Fault.BadRequest("Invalid key_name provided.");
        return new ServerKey(keypair.Name, keypair.Type, keypair.PublicKey);
    }
}
