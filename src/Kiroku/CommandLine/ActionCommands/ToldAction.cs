using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>
/// An action as the service told it: the fields that are shown, and all of it. Another version may tell more.
/// </summary>
internal sealed record ToldAction(ActionFields Fields, JsonElement Json)
{
    private const string Running = "running";
    private const string Cancelled = "cancelled";

    public bool IsGood => Fields.Outcome is "succeeded" or "succeeded_after_retries";

    public bool IsCancelled => Fields.Outcome == Cancelled;

    public bool IsRunning => Fields.Outcome == Running;

    public ActionName Name => new(Fields.Server.Id, Fields.RequestId);

    /// <exception cref="UsageException">That is no action.</exception>
    public static ToldAction Of(JsonElement json)
    {
        try
        {
            return new ToldAction(json.Deserialize(ToldJson.Default.ActionFields)!, json);
        }
        catch (JsonException e)
        {
            throw new UsageException($"the service tells an action that this Kiroku cannot read: {e.Message}", e);
        }
    }
}

/// <summary>What names an action: its server and its request.</summary>
internal sealed record ActionName(Guid Server, string Request)
{
    public string Path => $"actions/v1/servers/{Server}/actions/{Uri.EscapeDataString(Request)}";
}

internal sealed record ActionFields
{
    public required string RequestId { get; init; }

    public required ServerFields Server { get; init; }

    public string? ProjectId { get; init; }

    public string? UserId { get; init; }

    public string? UserName { get; init; }

    public required string Action { get; init; }

    public bool Done { get; init; }

    public required string Outcome { get; init; }

    public bool Cancelable { get; init; }

    public CancelledFields? Cancelled { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    public DateTimeOffset? FinishTime { get; init; }

    public ProgressFields? Progress { get; init; }

    public string? Details { get; init; }

    /// <summary>By name, what each was before and after: texts, numbers, or objects with a name or an id.</summary>
    public IReadOnlyDictionary<string, ChangeFields>? Changes { get; init; }

    public IReadOnlyList<WarningFields>? Warnings { get; init; }

    public IReadOnlyList<AttemptFields>? Attempts { get; init; }
}

internal sealed record ServerFields
{
    public required Guid Id { get; init; }

    public string? Name { get; init; }
}

internal sealed record CancelledFields(string? UserId, DateTimeOffset Time);

internal sealed record ChangeFields(JsonElement Before, JsonElement After);

internal sealed record WarningFields(string Code, string? Message);

internal sealed record ProgressFields(string? Event, int Attempt);

internal sealed record AttemptFields
{
    public required string Event { get; init; }

    public int Attempt { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    public DateTimeOffset? FinishTime { get; init; }

    public string? Result { get; init; }

    public string? ReasonCode { get; init; }

    public string? Details { get; init; }

    public string? Host { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ActionFields))]
internal sealed partial class ToldJson : JsonSerializerContext;
