namespace Kiroku.SystemTests.Service;

/// <summary>The checkout of this build; the root folder if the build was taken elsewhere.</summary>
internal static class Repository
{
    public static string Folder { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kiroku.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? "/";
    }
}
