using Kiroku.Access;

namespace Kiroku.Tests.Access;

/// <summary>All policy rules that the product declares.</summary>
internal static class DeclaredRules
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        .. typeof(Rule).Assembly.GetTypes().Where(type => !type.ContainsGenericParameters).SelectMany(Rule.DeclaredIn),
    ];

    public static Rule Named(string name) => All.Single(rule => rule.Name == name);
}
