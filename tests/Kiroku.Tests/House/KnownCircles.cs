namespace Kiroku.Tests.House;

/// <summary>The remaining circles. This list may only shrink.</summary>
internal static class KnownCircles
{
    /// <summary>Pairs of files that are one thing, each with the reason.</summary>
    public static readonly IReadOnlyDictionary<string, string> Pairs = new Dictionary<string, string>();

    public static readonly string[] Folders = [];

    public static readonly string[] Files = [];
}
