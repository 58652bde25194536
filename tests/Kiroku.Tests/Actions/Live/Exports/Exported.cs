using System.Text;
using System.Text.Json.Nodes;
using Microsoft.VisualBasic.FileIO;

namespace Kiroku.Tests.Actions.Live.Exports;

/// <summary>Exports as a client receives them, read by code that is not the service's.</summary>
internal static class Exported
{
    public const string Path = "/actions/v1/export";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<string> TextAsync(TestUser user, string query)
    {
        using var answer = await user.GetAsync(Path + query);
        Assert.Equal(200, (int)answer.StatusCode);
        return Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(Token));
    }

    /// <summary>The documents of an export whose last line says that it is whole.</summary>
    public static async Task<IReadOnlyList<JsonNode>> JsonAsync(TestUser user, string query)
    {
        var lines = Lines(await TextAsync(user, query));
        Assert.Equal(
            $$"""{"type":"end","count":{{lines.Count - 1}},"whole":true}""", lines[^1].ToJsonString());
        return [.. lines.SkipLast(1)];
    }

    public static List<JsonNode> Lines(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!)];
    }

    /// <summary>The records of an export as CSV, without the ' that guards formulas, and without its end.</summary>
    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> CsvAsync(
        TestUser user, string query)
    {
        var records = Records(await TextAsync(user, $"{query}{(query.Length == 0 ? '?' : '&')}format=csv"));
        var (heading, end) = (records[0], records[^1]);
        Assert.All(records, record => Assert.Equal(heading.Length, record.Length));
        Assert.Equal(["#end", $"{records.Count - 2}", "whole"], end[..3]);
        Assert.All(end[3..], Assert.Empty);
        return [.. records.Skip(1).SkipLast(1).Select(record => heading.Zip(record).ToDictionary(
            pair => pair.First, pair => pair.Second.StartsWith('\'') ? pair.Second[1..] : pair.Second))];
    }

    public static List<string[]> Records(string text)
    {
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        using var parser = new TextFieldParser(new StringReader(text))
        {
            Delimiters = [","],
            HasFieldsEnclosedInQuotes = true,
            TrimWhiteSpace = false,
        };
        var records = new List<string[]>();
        while (parser.ReadFields() is { } fields)
            records.Add(fields);
        return records;
    }

    /// <summary>What the list tells, on all its pages, oldest first.</summary>
    public static async Task<IReadOnlyList<JsonNode>> ListedAsync(TestUser user, string query = "")
    {
        var actions = new List<JsonNode>();
        string? next = null;
        do
        {
            var page = await user.GetJsonAsync(
                $"/actions/v1/actions?order_by=start_time{query}{(next is null ? "" : $"&page_token={next}")}");
            actions.AddRange(page["actions"]!.AsArray().Select(action => action!.DeepClone()));
            next = (string?)page["next_page_token"];
        }
        while (next is not null);
        return actions;
    }
}
