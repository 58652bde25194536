namespace Kiroku.Tests.Docs;

/// <summary>
/// A part of a page that is made from the code. The tests compare it with the code; under scripts/docs they write it.
/// </summary>
internal sealed class GeneratedPart(string page, string name)
{
    /// <summary>The text of a handwritten cell in a new row until somebody fills it in.</summary>
    public const string Undescribed = "…";

    private static readonly bool Writes = Environment.GetEnvironmentVariable("KIROKU_DOCS") == "write";

    private string Begin => $"<!-- {name}: from the code, by scripts/docs -->\n\n";

    private string End => $"<!-- end of {name} -->";

    /// <summary>The present text of the part.</summary>
    public string Text
    {
        get
        {
            var (text, from, to) = Bounds();
            return text[from..to];
        }
    }

    /// <summary>Fails if the page has other lines, or writes them if that was asked for.</summary>
    public void Settle(IEnumerable<string> lines)
    {
        var wanted = string.Concat(lines.Select(line => $"{line}\n")) + '\n';
        var (text, from, to) = Bounds();
        if (Writes)
            File.WriteAllText(Path.Combine(Page.Folder, page), text[..from] + wanted + text[to..]);
        else
            Assert.True(text[from..to] == wanted, Difference(text[from..to].Split('\n'), wanted.Split('\n')));
    }

    /// <summary>The handwritten cell in the present row of that name.</summary>
    public string Kept(string row, int column)
        => Page.Row(Text, row) is var cells && cells.Length > column ? cells[column] : Undescribed;

    private (string Text, int From, int To) Bounds()
    {
        var text = Page.Read(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, $"docs/{page} lacks the lines around its part '{name}':\n{Begin}{End}");
        return (text, begin + Begin.Length, end);
    }

    private string Difference(string[] stands, string[] wanted) => $"""
        docs/{page} says something else than the code does. Run scripts/docs, read what it changed, and commit that.
        Not on the page:
        {string.Join('\n', wanted.Except(stands).Take(20))}
        Only on the page:
        {string.Join('\n', stands.Except(wanted).Take(20))}
        """;
}
