namespace Kiroku.SystemTests.Supply;

/// <summary>The checkout that this was built in.</summary>
internal static class Repository
{
    public static string Folder { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kiroku.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
