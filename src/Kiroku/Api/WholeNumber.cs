using System.Globalization;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>Whole numbers as clients write them: in bodies as JSON numbers or strings, and elsewhere as text.</summary>
internal static class WholeNumber
{
    /// <summary>
    /// Whether a number is an integer for Nova and Keystone, which validate by draft 4 of JSON Schema. There the
    /// notation decides: neither 1.0 nor 1e2 is an integer.
    /// </summary>
    public static bool IsWritten(JsonElement value)
        => value.ValueKind == JsonValueKind.Number
            && value.GetRawText().All(character => char.IsAsciiDigit(character) || character == '-');

    /// <summary>Reads a validated number. One that does not fit becomes the largest or the smallest integer.</summary>
    public static int Read(JsonElement value)
    {
        var number = double.Parse(PythonText.Str(value), NumberStyles.Float, CultureInfo.InvariantCulture);
        return (int)Math.Clamp(number, int.MinValue, int.MaxValue);
    }

    /// <summary>Reads a text. .NET alone would pass over null characters behind the number.</summary>
    public static bool TryParse(string text, NumberStyles styles, out long number)
        => long.TryParse(text, styles, CultureInfo.InvariantCulture, out number)
            && !text.Contains('\0', StringComparison.Ordinal);
}
