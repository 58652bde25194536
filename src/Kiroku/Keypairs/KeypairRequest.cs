using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Keypairs;

/// <summary>
/// The body of POST /os-keypairs once its form is right; under /v2 it may hold keys of later versions, which do not
/// count.
/// </summary>
internal readonly struct KeypairRequest(JsonElement keypair, Microversion version)
{
    private readonly JsonElement keypair = keypair;

    public string? UserId => version >= 10 ? keypair.TextOf("user_id") : null;

    /// <summary>The key pair as it is to be kept, and the private key where it was made here.</summary>
    /// <exception cref="Fault">400: what was brought is no key.</exception>
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
