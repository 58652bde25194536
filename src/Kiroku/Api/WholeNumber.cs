using System.Globalization;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>
/// Whole numbers in bodies, which may be written as numbers or as texts: what one is, and how it is read once a schema
/// has let it through.
/// </summary>
internal static class WholeNumber
{
    /// <summary>
    /// Whether a number is an integer to Nova and Keystone, which check by draft 4 of JSON Schema: as it is written, so
    /// that neither 1.0 nor 1e2 is one.
    /// </summary>
    public static bool IsWritten(JsonElement value)
        => value.ValueKind == JsonValueKind.Number
            && value.GetRawText().All(character => char.IsAsciiDigit(character) || character == '-');

    /// <summary>The number; whatever is beyond all counting is the most or the least there is.</summary>
    public static int Read(JsonElement value)
    {
        var number = double.Parse(PythonText.Str(value), NumberStyles.Float, CultureInfo.InvariantCulture);
        return (int)Math.Clamp(number, int.MinValue, int.MaxValue);
    }
}
