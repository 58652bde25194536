namespace Kiroku.SystemTests.Service;

/// <summary>
/// Finds what ./test makes for the tests: where a variable of the environment says, or where ./test puts it.
/// </summary>
internal static class BuiltFiles
{
    public static string Find(string variable, string name)
        => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named
            ? named : Path.Combine(Repository.Folder, ".kiroku", name);
}
