using System.Text.RegularExpressions;

namespace Kiroku.Tests.Docs;

/// <summary>A page of the documentation, from the sources of this build.</summary>
internal static partial class Page
{
    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    public static string Folder { get; } = Path.Combine(Root, "docs");

    public static IEnumerable<string> All =>
    [
        .. Directory.EnumerateFiles(Folder, "*.md", SearchOption.AllDirectories),
        .. new[] { "README.md", "CONTRIBUTING.md" }.Select(name => Path.Combine(Root, name)),
    ];

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>The cells of the table row whose first cell is that, without their backticks.</summary>
    public static string[] Row(string page, string first)
    {
        var line = page.Split('\n').FirstOrDefault(line => line.StartsWith($"| `{first}` |", StringComparison.Ordinal));
        return line is null ? [] : [.. line.Split('|', StringSplitOptions.TrimEntries).Skip(1).Select(Unquoted)];
    }

    /// <summary>The anchors by which links refer to the page's headings.</summary>
    public static IEnumerable<string> Anchors(string page) => Heading().Matches(page)
        .Select(heading => NotInAnchors().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    /// <summary>The lines outside code blocks, answers and tables.</summary>
    public static IEnumerable<string> Prose(string page) => Fence().Replace(page, "").Split('\n')
        .Where(line => !line.StartsWith('|') && !line.StartsWith("    ", StringComparison.Ordinal));

    /// <summary>The page without its generated parts.</summary>
    public static string ByHand(string page) => Generated().Replace(page, "");

    private static string Unquoted(string cell)
        => cell.Length > 1 && cell[0] == '`' && cell.IndexOf('`', 1) == cell.Length - 1 ? cell.Trim('`') : cell;

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kiroku.slnx")))
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("These tests do not lie in the repository.");
        return folder;
    }

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w \-]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"<!-- [a-z]+: from the code.*?<!-- end of [a-z]+ -->", RegexOptions.Singleline)]
    private static partial Regex Generated();
}
