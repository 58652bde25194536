using Kiroku.Access;
using Kiroku.Networks;
using Kiroku.Tests.Access;

namespace Kiroku.Tests.Docs;

/// <summary>The rules as docs/policy.md shows them: name and role from the code, the last column by hand.</summary>
internal static class RuleTable
{
    /// <summary>Each rule with its default role. Only this property asks the product for them.</summary>
    public static IReadOnlyDictionary<string, string> Roles { get; } =
        DeclaredRules.All.ToDictionary(rule => rule.Name, rule => rule.Role, StringComparer.Ordinal);

    public static IReadOnlyList<string> Apis { get; } = ["compute", "live", "image", "network", "identity", "service"];

    /// <summary>Neutron's names do not say whose they are, and Glance's neither.</summary>
    private static readonly HashSet<string> Networks
        = [.. Rule.DeclaredIn(typeof(NetworkRules)).Select(rule => rule.Name)];

    public static GeneratedPart Part(string api) => new("policy.md", api);

    public static IEnumerable<string> Lines(string api) =>
    [
        "| rule | role | what it lets one do |",
        "|---|---|---|",
        .. Roles.Where(rule => ApiOf(rule.Key) == api).OrderBy(rule => rule.Key, StringComparer.Ordinal)
            .Select(rule => $"| `{rule.Key}` | {rule.Value} | {Part(api).Kept(rule.Key, 2)} |"),
    ];

    private static string ApiOf(string rule) => rule.Split(':')[0] switch
    {
        "os_compute_api" or "compute" => "compute",
        "actions" => "live",
        "identity" => "identity",
        "metrics" => "service",
        _ when Networks.Contains(rule) => "network",
        _ => "image",
    };
}
