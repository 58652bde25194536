namespace Kiroku.Keypairs;

/// <summary>A user's public key with a name. The private key is never stored.</summary>
internal sealed record Keypair
{
    public long Id { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string PublicKey { get; init; }

    public required string Fingerprint { get; init; }

    public DateTime CreatedAt { get; init; }
}

/// <summary>Kinds of keys under Nova's names (nova/objects/keypair.py). Stored and shown.</summary>
internal static class KeyTypes
{
    public const string Ssh = "ssh";
    public const string X509 = "x509";
}
