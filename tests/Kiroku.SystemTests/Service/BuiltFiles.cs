namespace Kiroku.SystemTests.Service;

/// <summary>
/// Finds the files that ./test makes for the tests: where an environment variable says, or in ./test's own place.
/// </summary>
internal static class BuiltFiles
{
    public static string Find(string variable, string name)
        => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named
            ? named : Path.Combine(Repository.Folder, ".kiroku", name);
}
