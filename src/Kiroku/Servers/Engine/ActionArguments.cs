using System.Text.Json;

namespace Kiroku.Servers.Engine;

/// <summary>Keeps an action's arguments as JSON in its row, so that another run can take the action up.</summary>
internal static class ActionArguments
{
    private static readonly JsonSerializerOptions Options
        = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string? Write(object? arguments)
        => arguments is null ? null : JsonSerializer.Serialize(arguments, Options);

    public static T Read<T>(string? kept) => JsonSerializer.Deserialize<T>(kept ?? "{}", Options)!;
}
