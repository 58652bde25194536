using Kiroku.Api;
using static Kiroku.Api.Parameters;

namespace Kiroku.Hosts;

/// <summary>The schemas of bodies about services (nova/api/openstack/compute/schemas/services.py).</summary>
internal static class ServiceSchemas
{
    private static readonly Schema Word = Text with { MinLength = 1, MaxLength = 255 };

    private static readonly Schema Named
        = Schema.Object(("host", Fqdn), ("binary", Word), ("disabled_reason", Word)) with
        {
            Required = ["host", "binary"],
        };

    private static readonly Schema Identified
        = Schema.Object(("status", Schema.OneWordOf("enabled", "disabled")), ("disabled_reason", Word),
            ("forced_down", Parameters.Boolean));

    public static Schema Update(Microversion version)
        => version >= 53 ? Identified : version >= 11 ? Named.With("forced_down", Parameters.Boolean) : Named;
}
