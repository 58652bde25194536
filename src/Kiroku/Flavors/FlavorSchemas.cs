using Kiroku.Api;
using static Kiroku.Api.Parameters;

namespace Kiroku.Flavors;

/// <summary>
/// The schemas of bodies about flavors (nova/api/openstack/compute/schemas/flavors.py and its neighbours).
/// </summary>
internal static class FlavorSchemas
{
    private static readonly Schema NotNegative = new()
    {
        Types = ["integer", "string"],
        Pattern = "^[0-9]+$",
        Minimum = 0,
        Maximum = int.MaxValue,
    };

    private static readonly Schema Positive = NotNegative with { Minimum = 1 };

    private static readonly Schema FlavorDescription = Parameters.Description with { MaxLength = 65_535 };

    private static readonly Schema Sizes = Schema.Object(
        ("name", Name),
        ("id", new()
        {
            Types = ["string", "number", "null"],
            Pattern = "^(?! )[a-zA-Z0-9. _-]+(?<! )$",
            MinLength = 1,
            MaxLength = 255,
        }),
        ("ram", Positive),
        ("vcpus", Positive),
        ("disk", NotNegative),
        ("OS-FLV-EXT-DATA:ephemeral", NotNegative),
        ("swap", NotNegative),
        ("rxtx_factor", new()
        {
            Types = ["number", "string"],
            Pattern = @"^[0-9]+(\.[0-9]+)?$",
            ExclusiveMinimum = 0,
            Maximum = NewFlavor.MaxRxtxFactor,
        }),
        ("os-flavor-access:is_public", Parameters.Boolean));

    private static readonly Schema Flavor = Sizes with { Required = ["name", "ram", "vcpus", "disk"] };

    private static readonly Schema Specs = new()
    {
        Types = ["object"],
        Pairs = ("^[a-zA-Z0-9-_:. ]{1,255}$", new() { Types = ["string", "number"], MaxLength = 255 }),
    };

    private static readonly Schema Access
        = Schema.Object(("tenant", Text with { MinLength = 1, MaxLength = 255 })) with { Required = ["tenant"] };

    public static readonly Schema Update
        = Schema.Body("flavor", Schema.Object(("description", FlavorDescription)) with { Required = ["description"] });

    public static readonly Schema CreateSpecs = Schema.Body("extra_specs", Specs);

    public static readonly Schema UpdateSpec = Specs with { MinProperties = 1, MaxProperties = 1 };

    public static readonly Schema AddAccess = Schema.Body("addTenantAccess", Access);

    public static readonly Schema RemoveAccess = Schema.Body("removeTenantAccess", Access);

    public static Schema Create(Microversion version, bool relaxed)
    {
        var flavor = relaxed ? Flavor.With("name", RelaxedName) : Flavor;
        return Schema.Body("flavor", version >= 55 ? flavor.With("description", FlavorDescription) : flavor);
    }
}
