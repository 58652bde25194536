using Kiroku.Tests.Docs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Kiroku.Tests.House;

/// <summary>A line can be read at a glance, and two files fit side by side.</summary>
public sealed class LinesTests
{
    private const int Longest = 120;

    [Fact]
    public void No_line_is_longer_than_120_characters()
        => Assert.Empty(new[] { "src", "tests" }
            .Select(top => Path.Combine(Page.Root, top))
            .SelectMany(top => Directory.EnumerateFiles(top, "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Page.Root, file))
            .SelectMany(TooLong));

    [Theory]
    [InlineData("x", 121, 1)]
    [InlineData("x", 120, 0)]
    [InlineData("_ = \"\"\"{\"a\":1}", 121, 0)]
    public void A_line_may_be_longer_where_it_is_a_document_as_it_is_sent(string start, int length, int expected)
    {
        var text = start.PadRight(length, 'x');
        Assert.Equal(expected, TooLong(SourceText.From(start.Length > 1 ? $"{text}\"\"\";" : text)).Count());
    }

    private static IEnumerable<string> TooLong(string file)
        => TooLong(SourceText.From(File.ReadAllText(Path.Combine(Page.Root, file)))).Select(line => $"{file}:{line}");

    private static IEnumerable<int> TooLong(SourceText text)
    {
        var lines = text.Lines.Where(line => line.Span.Length > Longest).ToList();
        if (lines.Count == 0)
            return [];
        var root = CSharpSyntaxTree.ParseText(text).GetRoot();
        return lines.Where(line => !root.DescendantNodes(line.Span).Any(IsDocument)).Select(
            line => line.LineNumber + 1);
    }

    /// <summary>A raw literal is JSON or SQL, which a line break would change.</summary>
    private static bool IsDocument(SyntaxNode node)
        => node is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax
            && node.GetFirstToken().Text.Contains("\"\"\"", StringComparison.Ordinal);
}
