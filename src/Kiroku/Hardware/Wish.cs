using System.Text.RegularExpressions;

namespace Kiroku.Hardware;

/// <summary>
/// A property of images or an extra spec of flavors that Nova knows: which values it takes, and what Kiroku does with
/// it. A part of the name in braces is free, such as a number.
/// </summary>
internal sealed partial record Wish(string Name, WishValue Value, WishEffect Effect, string Words)
{
    /// <summary>The values by which it asks for something, where some do not.</summary>
    public Func<string, bool> Asks { get; init; } = _ => true;

    private Regex Pattern { get; } = ToPattern(Name);

    /// <summary>The part of the name before its colon, as a pattern; null for a name without one.</summary>
    public Regex? Namespace { get; }
        = Name.Contains(':', StringComparison.Ordinal) ? ToPattern(Name.Split(':')[0]) : null;

    public bool HasFreePart => Name.Contains('{', StringComparison.Ordinal);

    /// <summary>It has its effect on the machine, or on what is done with it.</summary>
    public static Wish Honoured(string name, WishValue value, string words)
        => new(name, value, WishEffect.Honoured, words);

    /// <summary>Only a host that has what it names is suitable.</summary>
    public static Wish Required(string name, WishValue value, string words)
        => new(name, value, WishEffect.Required, words);

    /// <summary>No host has this. The words name it, to be read after "No host has".</summary>
    public static Wish Lacking(string name, WishValue value, string words)
        => new(name, value, WishEffect.Lacking, words)
        {
            Asks = value is YesOrNo ? YesOrNo.IsTrue : _ => true,
        };

    /// <summary>It has no effect, as with Nova's libvirt driver. The words say why.</summary>
    public static Wish Idle(string name, WishValue value, string words) => new(name, value, WishEffect.None, words);

    public bool Matches(string name) => Name == name || Pattern.IsMatch(name);

    private static Regex ToPattern(string name) => new(
        $"^{Free().Replace(Regex.Escape(name), part => PatternOf(part.Groups[1].Value))}$",
        RegexOptions.CultureInvariant);

    private static string PatternOf(string part) => part switch
    {
        "num" => @"\d+",
        "group" => "([a-zA-Z0-9_-]{1,64})?",
        "filter" => @"(:\w+)*",
        "resource" => "[A-Z0-9_]+",
        _ => ".+",
    };

    [GeneratedRegex(@"\\\{(\w+)}")]
    private static partial Regex Free();
}

/// <summary>What becomes of a wish.</summary>
internal enum WishEffect
{
    None,
    Honoured,
    Required,
    Lacking,
}
