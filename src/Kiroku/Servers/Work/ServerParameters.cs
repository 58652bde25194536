using Kiroku.Api;

namespace Kiroku.Servers.Work;

/// <summary>
/// Schemas of values that both a creation and a rebuild take (nova/api/openstack/compute/schemas/servers.py).
/// </summary>
internal static class ServerParameters
{
    public static readonly Schema Personality = Schema.ArrayOf(Schema.Object(
        ("path", Parameters.Text), ("contents", Parameters.Base64)));

    public static Schema UserData(bool nullable)
        => Parameters.Base64 with { Types = nullable ? ["string", "null"] : ["string"], MaxLength = 65535 };
}
