using System.Text.RegularExpressions;
using Kiroku.Servers.Lists;

namespace Kiroku.Tests.Servers.Lists;

public sealed class SureTextsTests
{
    private static readonly string[] Pieces =
    [
        "a", "B", "ab", ".", "*", "+", "?", "*?", "{2}", "{0,1}", @"\.", @"\d", "[ab]", "^", "$", "|", "(a)", "-", " ",
    ];

    [Theory]
    [InlineData("web-1", "web-1")]
    [InlineData("^web$", "web")]
    [InlineData(@"10\.0\.0\.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "10", "0", "0", "1")]
    [InlineData("web.*db", "web", "db")]
    [InlineData("webs?-1", "web", "-1")]
    [InlineData("web-[0-9]+", "web-")]
    [InlineData("ab{0,1}c", "a")]
    [InlineData("ab+c", "ab", "c")]
    [InlineData(@"a\d", "a")]
    [InlineData("web|db")]
    [InlineData("(web)?")]
    [InlineData("^$")]
    public void The_texts_of_a_pattern_are_found(string pattern, params string[] texts)
        => Assert.Equal(texts, SureTexts.Of(pattern));

    [Fact]
    public void Whatever_a_pattern_matches_has_its_texts_one_behind_the_other()
    {
        var random = new Random(1);
        var matches = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var pattern = string.Concat(random.GetItems(Pieces, random.Next(1, 6)));
            if (Compile(pattern) is not { } regex)
                continue;
            var text = string.Concat(random.GetItems(["a", "b", "A", ".", "1", "-", " "], random.Next(8)));
            if (!regex.IsMatch(text))
                continue;
            matches++;
            var at = 0;
            foreach (var sure in SureTexts.Of(pattern))
            {
                at = text.IndexOf(sure, at, StringComparison.OrdinalIgnoreCase);
                Assert.True(at >= 0, $"'{pattern}' matches '{text}', which has no '{sure}' there.");
                at += sure.Length;
            }
        }
        Assert.True(matches > 1000);
    }

    private static Regex? Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
