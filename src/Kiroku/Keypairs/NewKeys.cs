using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Utilities;
using Org.BouncyCastle.Security;

namespace Kiroku.Keypairs;

/// <summary>Makes keys for those who bring none: ed25519, in OpenSSH's own form, since .NET has neither.</summary>
internal static class NewKeys
{
    /// <summary>The private key as a file of OpenSSH's, and the public one as a line of authorized_keys.</summary>
    public static (string Private, string Public) MakeSsh()
    {
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        var pair = generator.GenerateKeyPair();
        var made = OpenSshPrivateKeyUtilities.EncodePrivateKey(pair.Private);
        var key = OpenSshPublicKeyUtilities.EncodePublicKey(pair.Public);
        return ($"{PemEncoding.WriteString("OPENSSH PRIVATE KEY", made)}\n",
            $"ssh-ed25519 {Convert.ToBase64String(key)} Generated-by-Kiroku");
    }
}
