using System.Reflection;

namespace Kiroku.Access;

/// <summary>
/// A policy rule. Its name is quoted in refusals and used as a settings key. Its role is what a caller needs in the
/// project that owns the thing, unless a setting names another. Each room declares its own rules.
/// </summary>
internal sealed record Rule(string Name, string Role)
{
    public static Rule Reader(string name) => new(name, RoleNames.Reader);

    public static Rule Member(string name) => new(name, RoleNames.Member);

    public static Rule Admin(string name) => new(name, RoleNames.Admin);

    /// <summary>The rule's name, as refusals quote it.</summary>
    public override string ToString() => Name;

    /// <summary>The rules in a class's public static fields, in order of declaration.</summary>
    public static IEnumerable<Rule> DeclaredIn(Type declaring)
        => declaring.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(Rule))
            .Select(field => (Rule)field.GetValue(null)!);
}
