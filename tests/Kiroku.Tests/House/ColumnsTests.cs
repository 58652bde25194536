using System.Text.RegularExpressions;

namespace Kiroku.Tests.House;

/// <summary>
/// A table's columns stand once, in its row's record: a column more is a property more, and no statement is forgotten.
/// </summary>
public sealed partial class ColumnsTests
{
    /// <summary>So many columns are a list of what the table has; fewer are what the statement is about.</summary>
    private const int List = 4;

    /// <summary>Files that list columns all the same, and why.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["Actions/KeptAnswers.cs"] = "inserts an answer with its key, and reads it without",
        ["Actions/RecordRows.cs"] = "reads value by value, in the order of its lists, because the record is read most",
    };

    private static readonly Lazy<List<(string File, string Table)>> Lists = new(() =>
        [.. Product.Current.Source.SyntaxTrees.Where(tree => Words().IsMatch(tree.ToString()))
            .Select(tree => Product.Current.Source.GetSemanticModel(tree))
            .SelectMany(model => WholeTexts.Of(model).SelectMany(Listed)
                .Select(table => (model.SyntaxTree.FilePath, table)))]);

    [Fact]
    public void A_tables_columns_are_listed_by_hand_in_one_statement_at_most()
        => Assert.DoesNotContain(
            Lists.Value.Where(list => !Exceptions.ContainsKey(list.File)).GroupBy(list => list.Table),
            lists => lists.Count() > 1);

    [Fact]
    public void An_exception_is_a_file_that_lists_columns()
        => Assert.Empty(Exceptions.Keys.Except(Lists.Value.Select(list => list.File)));

    [Theory]
    [InlineData("INSERT INTO t (a, b, c, d) VALUES (@A, @B, @C, @D)", "t")]
    [InlineData("INSERT INTO t (a, b, c) SELECT @A, @B, @C, @D FROM u", null)]
    [InlineData("SELECT u.a,\n b AS bB, c, d FROM t u WHERE a = @A", "t")]
    [InlineData("SELECT *, SUM(a), COUNT(b), c FROM t", null)]
    [InlineData("UPDATE t SET a = @A, b = NULL, c = c + 1, d = @D WHERE a = 1", "t")]
    [InlineData("UPDATE t SET a = @A WHERE b IN (b, c, d, e)", null)]
    public void A_list_is_four_columns_of_a_table(string text, string? table)
        => Assert.Equal(table is null ? [] : [table], Listed(text));

    /// <summary>The tables of which a text lists columns.</summary>
    private static IEnumerable<string> Listed(string text) => Statement().Matches(text)
        .Where(match => match.Groups["list"].Value.Split(',').Count(item => Column().IsMatch(item)) >= List)
        .Select(match => match.Groups["table"].Value).Distinct();

    [GeneratedRegex("INSERT INTO|UPDATE|SELECT")]
    private static partial Regex Words();

    [GeneratedRegex(
        @"INSERT INTO (?<table>\w+)\s*\((?<list>[^)]*)\)|UPDATE (?<table>\w+) SET (?<list>.*?)(?=WHERE|$)"
            + @"|SELECT (?<list>.*?)\sFROM (?<table>\w+)",
        RegexOptions.Singleline)]
    private static partial Regex Statement();

    [GeneratedRegex(@"^\s*(\w+\.)?[a-z]\w*\s*(AS \w+|=.*)?\s*$", RegexOptions.Singleline)]
    private static partial Regex Column();
}
