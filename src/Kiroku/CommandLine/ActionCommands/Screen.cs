using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kiroku.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>What the commands print on: a terminal with colours and tables, or plain lines.</summary>
internal sealed class Screen
{
    /// <summary>Letters stand as they are.</summary>
    private static readonly JsonWriterOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Surroundings surroundings;

    public Screen(Surroundings surroundings)
    {
        this.surroundings = surroundings;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(surroundings.Out),
            Ansi = surroundings.IsTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = surroundings.IsTerminal && surroundings.Variable("NO_COLOR") is not { Length: > 0 }
                ? ColorSystemSupport.Standard
                : ColorSystemSupport.NoColors,
            Interactive = surroundings.IsTerminal ? InteractionSupport.Yes : InteractionSupport.No,
        });
    }

    public IAnsiConsole Console { get; }

    public bool IsTerminal => surroundings.IsTerminal;

    public TimeProvider Time => surroundings.Time;

    /// <summary>Prints a line of text that is fit for it.</summary>
    public void Line(string text = "") => surroundings.Out.WriteLine(text);

    /// <summary>Tells the user something that is no result.</summary>
    public void Note(string text) => surroundings.Error.WriteLine($"kiroku: {PlainText.Of(text)}");

    /// <summary>Prints documents as they came, one a line.</summary>
    public void Print(JsonElement document)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Json))
            document.WriteTo(json);
        surroundings.Out.WriteLine(PlainText.OfJson(Encoding.UTF8.GetString(buffer.ToArray())));
    }

    /// <summary>Prints rows under their headings: in a table, or in columns as wide as they need to be.</summary>
    public void Table(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        if (IsTerminal)
        {
            Console.Write(TableOf(headings, rows));
            return;
        }
        var widths = headings.Select((heading, column)
            => rows.Select(row => row[column].Text.Length).Append(heading.Length).Max()).ToList();
        Line(Plain(headings, widths));
        foreach (var row in rows)
            Line(Plain(row.Select(cell => cell.Text), widths));
    }

    public static Table TableOf(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var heading in headings)
            table.AddColumn(new TableColumn(new Text(heading)));
        foreach (var row in rows)
            table.AddRow(row.Select(cell => (IRenderable)new Text(cell.Text, new Style(cell.Color))));
        return table;
    }

    private static string Plain(IEnumerable<string> texts, IEnumerable<int> widths)
        => string.Join("  ", texts.Zip(widths, (text, width) => text.PadRight(width))).TrimEnd();
}

/// <summary>A text of a table, without any markup in it, and its colour.</summary>
internal readonly record struct Cell(string Text, Color? Color = null)
{
    public static implicit operator Cell(string text) => new(text);

    public static Cell Of(ToldAction action)
        => new(Words.Outcome(action), action switch
        {
            { IsRunning: true } => Spectre.Console.Color.Blue,
            { IsGood: true } => Spectre.Console.Color.Green,
            { IsCancelled: true } => Spectre.Console.Color.Yellow,
            _ => Spectre.Console.Color.Red,
        });
}
