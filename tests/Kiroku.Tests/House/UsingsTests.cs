using Kiroku.Tests.Docs;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kiroku.Tests.House;

/// <summary>
/// The one part of the format that the build does not check: usings stand in the order of <c>dotnet format</c>.
/// </summary>
public sealed class UsingsTests
{
    [Fact]
    public void Usings_are_sorted()
        => Assert.Empty(new[] { "src", "tests", "bench" }
            .Select(top => Path.Combine(Page.Root, top))
            .SelectMany(top => Directory.EnumerateFiles(top, "*.cs", SearchOption.AllDirectories))
            .Where(file => !IsSorted(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Page.Root, file)));

    [Theory]
    [InlineData("using System.Text; using Dapper; using Kiroku.Api; using Kiroku.Api.Bodies;", true)]
    [InlineData("using Dapper; using System.Text;", false)]
    [InlineData("using Kiroku.Api.Bodies; using Kiroku.Api;", false)]
    [InlineData("using Kiroku.Api; using static System.Math; using Time = System.DateTime;", true)]
    [InlineData("using static System.Math; using Kiroku.Api;", false)]
    public void System_comes_first_and_shorter_names_before_their_parts(string usings, bool isSorted)
        => Assert.Equal(isSorted, IsSorted(usings));

    private static bool IsSorted(string text)
    {
        var usings = CSharpSyntaxTree.ParseText(text[..Head(text)]).GetCompilationUnitRoot().Usings;
        var keys = usings.Select(Key).ToList();
        return keys.SequenceEqual(keys.Order(StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Where the usings have ended; only so much is parsed.</summary>
    private static int Head(string text)
        => text.IndexOf("\nnamespace ", StringComparison.Ordinal) is var end and >= 0 ? end : text.Length;

    /// <summary>A dot sorts before all that may stand in a name, so that parts are compared one by one.</summary>
    private static string Key(UsingDirectiveSyntax directive)
    {
        var name = (directive.Alias?.Name ?? directive.NamespaceOrType).ToString().Replace('.', '\u0001');
        var kind = directive.Alias is not null ? 2 : directive.StaticKeyword.Text == "static" ? 1 : 0;
        var isSystem = name.Split('\u0001')[0] == "System";
        return $"{kind}{(isSystem ? 0 : 1)}{name}";
    }
}
