using System.Reflection;

namespace Kiroku.Access;

/// <summary>
/// A policy rule: its name, which refusals and settings quote, and the role it takes in the project that owns the thing
/// where no setting names another. Each room declares its own.
/// </summary>
internal sealed record Rule(string Name, string Role)
{
    public static Rule Reader(string name) => new(name, RoleNames.Reader);

    public static Rule Member(string name) => new(name, RoleNames.Member);

    public static Rule Admin(string name) => new(name, RoleNames.Admin);

    /// <summary>The name, as refusals have it.</summary>
    public override string ToString() => Name;

    /// <summary>The rules that stand in the public static fields of a class, in their order.</summary>
    public static IEnumerable<Rule> DeclaredIn(Type declaring)
        => declaring.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(Rule))
            .Select(field => (Rule)field.GetValue(null)!);
}
