using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>A line of the service's stream: an action that changed, how far it has told, or that it ends.</summary>
internal sealed record ChangeLine(string? Type, string? Position, string? Reason, ToldAction? Action, JsonElement Json)
{
    public bool IsEnd => Type == "end";

    /// <exception cref="UsageException">It is no such line.</exception>
    public static ChangeLine Of(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var json = document.RootElement.Clone();
            if (json.ValueKind == JsonValueKind.Object)
                return new ChangeLine(json.TextOf("type"), json.TextOf("position"), json.TextOf("reason"),
                    json.TryGetProperty("action", out var action) && action.ValueKind == JsonValueKind.Object
                        ? ToldAction.Of(action)
                        : null,
                    json);
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw new UsageException("the service's stream has a line that is no JSON object");
    }
}
