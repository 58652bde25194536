using System.Text.Json;

namespace Kiroku.Servers.Engine;

/// <summary>What an action's row keeps of what was asked for, so that whoever takes it up again can go on.</summary>
internal static class ActionArguments
{
    private static readonly JsonSerializerOptions Options
        = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string? Write(object? arguments)
        => arguments is null ? null : JsonSerializer.Serialize(arguments, Options);

    public static T Read<T>(string? kept) => JsonSerializer.Deserialize<T>(kept ?? "{}", Options)!;
}
