using Kiroku.Api;
using static Kiroku.Api.Parameters;

namespace Kiroku.Keypairs;

/// <summary>
/// The schema of a new key pair's body in each microversion (nova/api/openstack/compute/schemas/keypairs.py).
/// </summary>
internal static class KeypairSchemas
{
    private static readonly Schema PlainName = NameOf(@"^[_\- a-zA-Z0-9]+$");

    private static readonly Schema NameFrom92 = NameOf(@"^[_\-\@\. a-zA-Z0-9]+$");

    public static Schema Create(Microversion version, bool relaxed)
    {
        var name = relaxed ? RelaxedName : version >= 92 ? NameFrom92 : PlainName;
        var keypair = Schema.Object(("name", name), ("public_key", Text));
        keypair = keypair with { Required = version >= 92 ? ["name", "public_key"] : ["name"] };
        if (version >= 2)
            keypair = keypair.With("type", Schema.OneWordOf(KeyTypes.Ssh, KeyTypes.X509));
        if (version >= 10)
            keypair = keypair.With("user_id", Text);
        return Schema.Body("keypair", keypair);
    }

    private static Schema NameOf(string pattern) => new()
    {
        AllOf = [Name, Text with { Pattern = pattern, MinLength = 1, MaxLength = 255 }],
    };
}
