using System.Globalization;
using System.Text;
using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>Keeps the last line of an export as it passes: only that tells whether it is whole.</summary>
internal sealed class ExportEnd(string format)
{
    /// <summary>Longer than any last line.</summary>
    private const int Most = 16 * 1024;

    private readonly List<byte> line = [];
    private bool isComplete;

    public void Take(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes[^Math.Min(bytes.Length, Most)..];
        while (rest.Length > 0)
        {
            if (isComplete)
                line.Clear();
            var end = rest.IndexOf((byte)'\n');
            isComplete = end >= 0;
            var part = isComplete ? rest[..end] : rest;
            line.AddRange(part[..Math.Min(part.Length, Math.Max(0, Most - line.Count))]);
            rest = isComplete ? rest[(end + 1)..] : [];
        }
    }

    /// <summary>How many actions the export says that it holds; null if it broke off.</summary>
    public long? Count => isComplete ? Read(Encoding.UTF8.GetString([.. line])) : null;

    private long? Read(string text) => format == "csv" ? ReadCsv(text) : ReadJson(text);

    private static long? ReadCsv(string text)
        => text.Split(',') is ["#end", var count, "whole", ..]
            && long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? ReadJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return CountOf(document.RootElement) ?? CountOf(document.RootElement.GetProperty("attachments")[0]
                .GetProperty("content"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static long? CountOf(JsonElement end)
        => end.TextOf("type") == "end" && end.TryGetProperty("count", out var count)
            && end.TryGetProperty("whole", out var whole) && whole.ValueKind == JsonValueKind.True
            ? count.GetInt64()
            : null;
}
