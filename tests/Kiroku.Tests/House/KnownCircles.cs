namespace Kiroku.Tests.House;

/// <summary>The circles that there still are. A list that only becomes shorter.</summary>
internal static class KnownCircles
{
    /// <summary>Two files that are one thing, and why.</summary>
    public static readonly IReadOnlyDictionary<string, string> Pairs = new Dictionary<string, string>();

    public static readonly string[] Folders = [];

    public static readonly string[] Files = [];
}
