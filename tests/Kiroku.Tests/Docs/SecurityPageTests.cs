using System.Text.RegularExpressions;

namespace Kiroku.Tests.Docs;

/// <summary>Every test that the security pages name exists.</summary>
public sealed partial class SecurityPageTests
{
    public static TheoryData<string> Named =>
    [
        .. new[] { "security.md", "security-of-hosts.md" }.SelectMany(page => Test().Matches(Page.Read(page)))
            .Select(match => match.Groups[1].Value).Distinct(),
    ];

    [Theory]
    [MemberData(nameof(Named))]
    public void Each_test_that_a_page_names_exists(string name)
    {
        var (type, method) = name.Split('.') is [var first, var second] ? (first, second) : (name, null);
        var sources = Directory.EnumerateFiles(Path.Combine(Page.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText);
        Assert.Contains(sources, source => source.Contains($"class {type}", StringComparison.Ordinal)
            && (method is null || source.Contains($" {method}(", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"`([A-Z]\w*Tests(\.[A-Z]\w*)?)`")]
    private static partial Regex Test();
}
