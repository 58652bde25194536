using System.Text.Json;

namespace Kiroku.Servers;

/// <summary>
/// A request to act on a server: its id, who makes it (nobody when the service itself does), the action and, as JSON, what
/// it asks for; crosses from the API to the server's grain.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record ActionRequest(
    [property: Id(0)] string RequestId,
    [property: Id(1)] string? UserId,
    [property: Id(2)] string? ProjectId,
    [property: Id(3)] string Action,
    [property: Id(4)] string? Body,
    [property: Id(5)] DateTime StartTime,
    [property: Id(6)] int Microversion)
{
    /// <summary>Who asks, when the service itself does.</summary>
    public static ActionRequest OfTheService(string action, DateTime now) => new($"req-{Guid.NewGuid()}", null, null, action, null, now, Api.Microversion.Minimum.Minor);

    public JsonElement ReadBody()
    {
        using var document = JsonDocument.Parse(Body ?? "{}");
        return document.RootElement.Clone();
    }
}

/// <summary>What became of a request: accepted, or refused with a status and words.</summary>
[GenerateSerializer, Immutable]
internal sealed record ActionAnswer([property: Id(0)] int Status, [property: Id(1)] string? Refusal, [property: Id(2)] int? RetryAfter)
{
    public static readonly ActionAnswer Accepted = new(202, null, null);
}
