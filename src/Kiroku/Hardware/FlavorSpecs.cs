using System.Text.RegularExpressions;
using Kiroku.Api;

namespace Kiroku.Hardware;

/// <summary>
/// Checks extra specs of flavors as Nova does from 2.86 on (nova/api/validation/extra_specs/validators.py).
/// </summary>
internal static class FlavorSpecs
{
    private static readonly Dictionary<string, Wish> Plain = FlavorWishes.All
        .Where(wish => !wish.HasFreePart).DistinctBy(wish => wish.Name).ToDictionary(wish => wish.Name);

    private static readonly IReadOnlyList<Wish> Free = [.. FlavorWishes.All.Where(wish => wish.HasFreePart)];

    private static readonly IReadOnlyList<Regex> Namespaces =
        [.. FlavorWishes.All.Select(wish => wish.Namespace).OfType<Regex>().DistinctBy(name => name.ToString())];

    /// <summary>The wish of that name; null for an extra spec without a meaning.</summary>
    public static Wish? Find(string name)
        => Plain.GetValueOrDefault(name) ?? Free.FirstOrDefault(wish => wish.Matches(name));

    /// <exception cref="Fault">
    /// 400: a name that its namespace does not have, or a value that it cannot have.
    /// </exception>
    public static void Require(string name, string value)
    {
        if (Find(name) is { } wish)
        {
            if (wish.Value.RefusalInFlavor(value) is { } refusal)
                throw Fault.BadRequest($"Validation failed; {refusal}");
        }
        else if (name.Split(':') is [var space, _, ..] && Namespaces.Any(known => known.IsMatch(space)))
        {
            throw Fault.BadRequest(
                $"Validation failed; extra spec '{name}' does not appear to be a valid extra spec.");
        }
    }
}
