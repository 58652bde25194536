using System.Globalization;
using System.Text.Json.Nodes;

namespace Kiroku.Bench;

/// <summary>An action as the live record tells that it has ended.</summary>
/// <param name="Request">The id of its request.</param>
/// <param name="Finished">The end as the record has it, in UTC. The service reads the clock for it just before it
/// writes the end.</param>
internal sealed record EndedAction(string Request, DateTime Finished)
{
    /// <summary>Reads an action's document; null if it has not ended.</summary>
    public static EndedAction? Read(JsonNode? action) => (string?)action?["finish_time"] is { } finished
        ? new EndedAction((string)action["request_id"]!, DateTime.Parse(finished, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal))
        : null;
}
