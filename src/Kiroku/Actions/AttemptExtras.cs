using System.Text.Json.Serialization;

namespace Kiroku.Actions;

/// <summary>
/// What stands behind the attempts in their column, where there is any of it: the reasons of the attempts, what the
/// action changed, and its warnings. A node of a version that does not know it reads the attempts as ever and leaves it
/// out of what it writes.
/// </summary>
internal sealed record AttemptExtras
{
    /// <summary>The reason of each attempt, oldest first; without the nulls at the end.</summary>
    [JsonPropertyName("r")]
    public IReadOnlyList<string?>? Reasons { get; init; }

    /// <summary>Left out where all is null of an action that has ended.</summary>
    [JsonPropertyName("b")]
    public Traits? Before { get; init; }

    [JsonPropertyName("a")]
    public Traits? After { get; init; }

    [JsonPropertyName("w")]
    public IReadOnlyList<WarningExtra>? Warnings { get; init; }

    /// <returns>Null where there is nothing.</returns>
    public static AttemptExtras? Of(RecordedAction recorded)
    {
        var reasons = recorded.Events.Reverse().Select(attempt => attempt.ReasonCode).ToArray();
        var used = Array.FindLastIndex(reasons, reason => reason is not null) + 1;
        var (changes, warnings) = (recorded.Action.Changes, recorded.Action.Warnings);
        return used == 0 && changes is null && warnings is null ? null : new AttemptExtras
        {
            Reasons = used == 0 ? null : reasons[..used],
            Before = changes?.After is not null && changes.Before == Traits.None ? null : changes?.Before,
            After = changes?.After,
            Warnings = warnings?.Select(warning => WarningExtra.Of(warning, recorded)).ToList(),
        };
    }

    /// <summary>The action with these.</summary>
    public RecordedAction Add(RecordedAction recorded)
    {
        var count = recorded.Events.Count;
        return new(
            recorded.Action with
            {
                Changes = Before is null && After is null ? null : new Changes(Before ?? Traits.None, After),
                Warnings = Warnings?.Select(warning => warning.ToWarning(recorded)).ToList(),
            },
            [.. recorded.Events.Select((attempt, i) => attempt with { ReasonCode = ReasonOf(count - 1 - i) })]);
    }

    private string? ReasonOf(int place) => Reasons is not null && place < Reasons.Count ? Reasons[place] : null;
}

/// <summary>A warning, with the place of its attempt among all.</summary>
internal sealed record WarningExtra(
    [property: JsonPropertyName("c")] string Code, [property: JsonPropertyName("a")] int? Attempt)
{
    public static WarningExtra Of(Warning warning, RecordedAction recorded)
    {
        for (var i = 0; i < recorded.Events.Count; i++)
        {
            if (recorded.Events[i] is var attempt
                && attempt.Event == warning.Event && attempt.Attempt == warning.Attempt)
                return new(warning.Code, recorded.Events.Count - 1 - i);
        }
        return new(warning.Code, null);
    }

    public Warning ToWarning(RecordedAction recorded)
    {
        var attempt = Attempt is { } place && place >= 0 && place < recorded.Events.Count
            ? recorded.Events[recorded.Events.Count - 1 - place]
            : null;
        return new(Code, attempt?.Event, attempt?.Attempt);
    }
}

/// <summary>Writes and reads what stands behind the attempts.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AttemptExtras))]
internal sealed partial class AttemptExtrasJson : JsonSerializerContext;
