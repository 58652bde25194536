namespace Kiroku.Tests.Docs;

/// <summary>A page of the documentation, from the sources that these tests were built from.</summary>
internal static class Page
{
    /// <summary>The folder that the repository lies in.</summary>
    public static string Root { get; } = FindRoot();

    public static string Folder { get; } = Path.Combine(Root, "docs");

    public static IEnumerable<string> All => Directory.EnumerateFiles(Folder, "*.md", SearchOption.AllDirectories);

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>The cells of the table row whose first cell is that, without their backticks.</summary>
    public static string[] Row(string page, string first)
    {
        var line = page.Split('\n').FirstOrDefault(line => line.StartsWith($"| `{first}` |", StringComparison.Ordinal));
        return line is null ? [] : [.. line.Split('|', StringSplitOptions.TrimEntries).Skip(1).Select(cell => cell.Trim('`'))];
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kiroku.slnx")))
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("These tests do not lie in the repository.");
        return folder;
    }
}
