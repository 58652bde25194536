using System.Text;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>
/// Writes JSON values as Python prints them. Nova's validation messages quote values that way, and scripts match on
/// it.
/// </summary>
internal static class PythonText
{
    /// <summary>Python's str(): a string stays as it is, other values are as in <see cref="Repr"/>.</summary>
    public static string Str(JsonElement value)
        => value.ValueKind == JsonValueKind.String ? SafeString(value) : Repr(value);

    /// <summary>Python's repr(): <c>'text'</c>, <c>True</c>, <c>None</c>, <c>{'key': 1}</c>.</summary>
    public static string Repr(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Quote(SafeString(value)),
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Null or JsonValueKind.Undefined => "None",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Repr))}]",
        JsonValueKind.Object
            => $"{{{string.Join(", ", value.EnumerateObject().Select(p => $"{Quote(p.Name)}: {Repr(p.Value)}"))}}}",
        _ => value.GetRawText(),
    };

    public static string Quote(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var quoted = new StringBuilder().Append(quote);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ when character == quote => quoted.Append('\\').Append(character),
                _ when char.IsControl(character) => quoted.Append($"\\x{(int)character:x2}"),
                _ => quoted.Append(character),
            };
        }
        return quoted.Append(quote).ToString();
    }

    /// <summary>A JSON string may hold half of a surrogate pair, which .NET refuses to convert.</summary>
    private static string SafeString(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText().Trim('"');
        }
    }
}
