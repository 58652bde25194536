namespace Kiroku.SystemTests.Service;

/// <summary>Finds what ./test makes for the tests: where a variable of the environment says, or where ./test puts it.</summary>
internal static class BuiltFiles
{
    public static string Find(string variable, string name)
        => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named ? named : Path.Combine(Repository, ".kiroku", name);

    private static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kiroku.slnx"))) folder = folder.Parent;
            return folder?.FullName ?? "/";
        }
    }
}
