namespace Kiroku.Access;

/// <summary>The roles that Kiroku knows; each implies those after it.</summary>
internal static class RoleNames
{
    public const string Admin = "admin";
    public const string Member = "member";
    public const string Reader = "reader";
    public static readonly string[] FromHighest = [Admin, Member, Reader];

    /// <summary>The assigned roles and those they imply, each once, highest first.</summary>
    public static IReadOnlyList<string> WithImplied(IEnumerable<string> assigned)
    {
        var roles = assigned.ToHashSet(StringComparer.Ordinal);
        foreach (var role in FromHighest.SkipWhile(role => !roles.Contains(role)).ToArray())
            roles.Add(role);
        return [.. roles.OrderBy(Place).ThenBy(role => role, StringComparer.Ordinal)];
    }

    private static int Place(string role)
        => Array.IndexOf(FromHighest, role) is var place && place < 0 ? int.MaxValue : place;
}
