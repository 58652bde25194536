using System.Text.Json;
using System.Text.RegularExpressions;
using Kiroku.Actions;
using Kiroku.Actions.Live;

namespace Kiroku.Tests.Docs;

/// <summary>The page of changes, reasons and warnings has those that there are, and no others.</summary>
public sealed partial class ReasonsPageTests
{
    [Fact]
    public void The_page_has_every_change()
        => AssertListed(
            "Changes", typeof(ChangesDocument).GetProperties().Where(property => property.CanWrite)
                .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)));

    [Fact]
    public void The_page_has_every_reason() => AssertListed("Reasons", ReasonCodes.All);

    [Fact]
    public void The_page_has_every_warning() => AssertListed("Warnings", WarningCodes.All);

    /// <summary>Checks the first column of the table below a heading.</summary>
    private static void AssertListed(string heading, IEnumerable<string> words)
    {
        var section = Page.Read("reasons.md").Split($"\n## {heading}\n")[1].Split("\n## ")[0];
        var listed = section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Word().Matches(line.Split('|')[1])).Select(match => match.Groups[1].Value);
        Assert.Equal(words.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("`([a-z_-]+)`")]
    private static partial Regex Word();
}
