namespace Kiroku.Ui.Visits;

/// <summary>What was typed into a form, to be shown again: nothing secret, and no token.</summary>
internal static class TypedFields
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(IFormCollection form) =>
    [
        .. form.Where(field => !IsSecret(field.Key)).SelectMany(
            field => field.Value, (field, value) => KeyValuePair.Create(field.Key, value ?? "")),
    ];

    private static bool IsSecret(string name)
        => name.StartsWith("__", StringComparison.Ordinal)
            || name.Contains("password", StringComparison.OrdinalIgnoreCase)
            || name.Contains("secret", StringComparison.OrdinalIgnoreCase);
}
