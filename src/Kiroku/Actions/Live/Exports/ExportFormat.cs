namespace Kiroku.Actions.Live.Exports;

/// <summary>A form in which actions can be exported: how it is asked for and what clients are told of it.</summary>
internal sealed record ExportFormat(string Name, string MediaType, Func<ExportFacts, IExportWriter> Open)
{
    public const string Default = "jsonl";

    public static readonly IReadOnlyList<ExportFormat> All =
    [
        new(Default, LiveFormat.Lines, _ => new JsonLinesWriter()),
        new("csv", "text/csv; charset=utf-8; header=present", _ => new CsvWriter()),
        new("cadf", LiveFormat.Lines, facts => new CadfWriter(facts)),
    ];

    /// <summary>The name of the file that a browser would write.</summary>
    public string FileName => Name == "cadf" ? "actions.cadf.jsonl" : $"actions.{Name}";

    public static ExportFormat? Find(string name) => All.FirstOrDefault(format => format.Name == name);
}
