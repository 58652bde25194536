using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Keypairs;

/// <summary>
/// The validated body of POST /os-keypairs. Under /v2 it may hold keys of later versions, which are ignored.
/// </summary>
internal readonly struct KeypairRequest(JsonElement keypair, Microversion version)
{
    private readonly JsonElement keypair = keypair;

    public string? UserId => version >= 10 ? keypair.TextOf("user_id") : null;

    /// <summary>Makes the key pair to store, and the private key if the service generated one.</summary>
    /// <exception cref="Fault">400: the given key is invalid.</exception>
    public (Keypair Keypair, string? PrivateKey) Make(string userId, DateTime now)
    {
        var type = (version >= 2 ? keypair.TextOf("type") : null) ?? KeyTypes.Ssh;
        var (privateKey, publicKey) = keypair.TextOf("public_key") is { } brought ? (null, brought) : Made();
        return (new Keypair
        {
            UserId = userId,
            Name = keypair.TextOf("name")!.Trim(),
            Type = type,
            PublicKey = publicKey,
            Fingerprint = PublicKeys.FingerprintOf(type, publicKey),
            CreatedAt = now,
        }, privateKey);

        (string?, string) Made() => type == KeyTypes.Ssh ? NewKeys.MakeSsh() : NewKeys.MakeX509(userId, now);
    }
}
