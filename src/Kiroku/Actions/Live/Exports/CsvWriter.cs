using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Kiroku.Storage;

namespace Kiroku.Actions.Live.Exports;

/// <summary>
/// Comma-separated values as RFC 4180 has them, in UTF-8. Texts that a spreadsheet program would take for a formula get
/// a ' before them; so do those that begin with one, so that taking one away always gives the text.
/// </summary>
internal sealed class CsvWriter : IExportWriter
{
    /// <summary>What the last record begins with; it has the count in its second field.</summary>
    private const string EndMark = "#end";

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");
    private static readonly SearchValues<char> Guarded = SearchValues.Create("=+-@'\t\r\n＝＋－＠");

    private static readonly (string Name, Func<ActionDocument, string?> Value)[] Columns =
    [
        ("request_id", action => action.RequestId),
        ("server_id", action => action.Server.Id.ToString()),
        ("server_name", action => action.Server.Name),
        ("project_id", action => action.ProjectId),
        ("user_id", action => action.UserId),
        ("user_name", action => action.UserName),
        ("action", action => action.Action),
        ("done", action => action.Done ? "true" : "false"),
        ("outcome", action => action.Outcome),
        ("cancelable", action => action.Cancelable ? "true" : "false"),
        ("cancelled_by", action => action.Cancelled?.UserId),
        ("cancelled_time", action => Time(action.Cancelled?.Time)),
        ("start_time", action => Time(action.StartTime)),
        ("finish_time", action => Time(action.FinishTime)),
        ("duration_ms", action => action.DurationMs?.ToString(CultureInfo.InvariantCulture)),
        ("details", action => action.Details),
        ("position", action => action.Position),
        ("attempts", action => JsonSerializer.Serialize(
            action.Attempts, LiveFormat.Json.IReadOnlyListAttemptDocument)),
        ("link", action => action.Links.Self),
        ("changes", action => action.Changes is { } changes
            ? JsonSerializer.Serialize(changes, LiveFormat.Json.ChangesDocument)
            : null),
        ("warnings", action => action.Warnings is { } warnings
            ? JsonSerializer.Serialize(warnings, LiveFormat.Json.IReadOnlyListWarningDocument)
            : null),
        ("trace_id", action => action.TraceId),
    ];

    private readonly StringBuilder line = new();

    public void Begin(IBufferWriter<byte> to) => Write(to, Columns.Select(column => column.Name));

    public void Write(IBufferWriter<byte> to, ActionDocument action)
        => Write(to, Columns.Select(column => column.Value(action)));

    /// <summary>The record has as many fields as the others, as the RFC wants it.</summary>
    public void End(IBufferWriter<byte> to, long count)
    {
        string[] fields = [EndMark, count.ToString(CultureInfo.InvariantCulture), "whole"];
        Write(to, fields.Concat(Enumerable.Repeat("", Columns.Length - fields.Length)));
    }

    public void Dispose()
    {
    }

    private void Write(IBufferWriter<byte> to, IEnumerable<string?> fields)
    {
        line.Clear();
        foreach (var field in fields)
        {
            Append(field ?? "");
            line.Append(',');
        }
        line.Length--;
        Encoding.UTF8.GetBytes(line.Append("\r\n").ToString(), to);
    }

    private void Append(string field)
    {
        var guard = field.Length > 0 && Guarded.Contains(field[0]) ? "'" : "";
        if (field.AsSpan().ContainsAny(Quoted))
            line.Append('"').Append(guard).Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        else
            line.Append(guard).Append(field);
    }

    private static string? Time(DateTime? time) => time is { } known ? $"{Timestamps.Format(known)}Z" : null;
}
