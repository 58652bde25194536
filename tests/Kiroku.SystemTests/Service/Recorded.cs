using System.Globalization;
using System.Text.Json.Nodes;

namespace Kiroku.SystemTests.Service;

/// <summary>An action as the service shows it.</summary>
internal sealed record Recorded(JsonObject Action)
{
    public string? Message => (string?)Action["message"];

    /// <summary>The events, oldest first, unlike in the answer.</summary>
    public IReadOnlyList<RecordedEvent> Events { get; } =
        [.. Action["events"]!.AsArray().Select(item => RecordedEvent.Read(item!.AsObject())).Reverse()];

    public IReadOnlyList<RecordedEvent> Of(string name) => [.. Events.Where(item => item.Name == name)];

    public bool HasOpen(string name) => Events.Any(item => item.Name == name && item.Finish is null);

    /// <summary>The events' results in order, such as "cold_migrate Success".</summary>
    public IEnumerable<string> Results => Events.Select(item => $"{item.Name} {item.Result ?? "open"}");

    public override string ToString() => Action.ToJsonString();
}

/// <summary>One event of an action.</summary>
internal sealed record RecordedEvent(
    string Name, DateTime Start, DateTime? Finish, string? Result, string? Traceback, string? Details)
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff";

    public static RecordedEvent Read(JsonObject json) => new(
        (string)json["event"]!,
        Time((string)json["start_time"]!),
        (string?)json["finish_time"] is { } finish ? Time(finish) : null,
        (string?)json["result"],
        (string?)json["traceback"],
        (string?)json["details"]);

    /// <summary>Reads a time, which must have Nova's format.</summary>
    public static DateTime Time(string text) => DateTime.ParseExact(text, Format, CultureInfo.InvariantCulture);
}
