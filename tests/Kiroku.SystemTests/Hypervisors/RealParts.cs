namespace Kiroku.SystemTests.Hypervisors;

/// <summary>
/// Checks for the real parts that tests need: a missing one skips the test, or fails it where CI promised the part.
/// </summary>
internal static class RealParts
{
    public static void Require(params string[] files)
    {
        var missing = string.Join(", ", files.Where(file => !File.Exists(file)));
        if (missing.Length > 0)
            Miss(missing);
    }

    public static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            Miss("root");
    }

    public static bool Runs(int process) => File.Exists($"/proc/{process}/stat")
        && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static void Miss(string missing)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"missing: {missing}");
        Assert.Skip($"missing: {missing}");
    }
}
