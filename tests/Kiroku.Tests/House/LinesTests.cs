using Kiroku.Tests.Docs;

namespace Kiroku.Tests.House;

/// <summary>A line is read at one glance, and two files fit beside each other.</summary>
public sealed class LinesTests
{
    private const int Longest = 120;

    /// <summary>Folders that are worked on; each leaves this list when its lines are short.</summary>
    private static readonly string[] Exempt =
    [
        "src/Kiroku/Actions", "src/Kiroku/Cluster", "src/Kiroku/Hosts", "src/Kiroku/Hypervisors", "src/Kiroku/Identity",
        "src/Kiroku/Servers",
    ];

    /// <summary>Answers of Nova and files of the seed, which are as they came.</summary>
    private static readonly string[] Kinds = [".cs", ".sql", ".py", ".sh", ".csproj"];

    [Fact]
    public void No_line_is_longer_than_120_characters()
    {
        var tooLong = new[] { "src", "tests" }
            .SelectMany(top => Directory.EnumerateFiles(Path.Combine(Page.Root, top), "*", SearchOption.AllDirectories))
            .Where(file => Kinds.Contains(Path.GetExtension(file)))
            .Select(file => Path.GetRelativePath(Page.Root, file))
            .Where(file => !Exempt.Any(folder => file.StartsWith($"{folder}/", StringComparison.Ordinal)))
            .SelectMany(file => File.ReadLines(Path.Combine(Page.Root, file)).Index()
                .Where(line => line.Item.Length > Longest).Select(line => $"{file}:{line.Index + 1}"));

        Assert.Empty(tooLong);
    }
}
