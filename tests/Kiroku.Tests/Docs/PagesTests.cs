using System.Reflection;
using System.Text.RegularExpressions;
using Kiroku.Actions;

namespace Kiroku.Tests.Docs;

public sealed partial class PagesTests
{
    private const int MostWords = 1800;
    private const int Widest = 120;

    public static TheoryData<string> Pages => [.. Page.All.Select(file => Path.GetRelativePath(Page.Folder, file))];

    public static TheoryData<string> RecordedWords
        => [.. new[] { typeof(ActionNames), typeof(EventNames), typeof(Outcomes) }
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(constant => (string)constant.GetRawConstantValue()!).Distinct()];

    [Theory]
    [MemberData(nameof(RecordedWords))]
    public void Every_word_that_is_recorded_stands_on_the_pages_about_actions(string word)
        => Assert.Contains($"`{word}`", Page.Read("actions.md") + Page.Read("records.md"), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_to_what_exists(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Page.Folder, page))!;
        Assert.All(Link().Matches(Page.Read(page)).Select(match => match.Groups[1].Value), link => Assert.True(
            link.Contains("://", StringComparison.Ordinal) || Path.Exists(Path.Combine(folder, link.Split('#')[0])),
            $"{page} links to {link}"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_name_headings_that_exist(string page)
    {
        var file = Path.Combine(Page.Folder, page);
        Assert.All(Anchored().Matches(Page.Read(page)), link => Assert.Contains(
            link.Groups[2].Value,
            Page.Anchors(File.ReadAllText(link.Groups[1].Length == 0
                ? file
                : Path.Combine(Path.GetDirectoryName(file)!, link.Groups[1].Value)))));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void No_page_is_too_long_to_be_read_in_one_go(string page)
    {
        var words = Page.ByHand(Page.Read(page)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        Assert.True(words <= MostWords, $"docs/{page} has {words} words that were written by hand; split it.");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void No_line_of_prose_is_too_wide(string page)
        => Assert.All(Page.Prose(Page.ByHand(Page.Read(page))), line => Assert.InRange(line.Length, 0, Widest));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\]\(([^)\s:#]*\.md)?#([^)\s]+)\)")]
    private static partial Regex Anchored();
}
