using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>Schemas of values that occur in several bodies (nova/api/validation/parameter_types.py).</summary>
internal static class Parameters
{
    private const string BooleanWords =
        """
        [true, "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes",
         false, "False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no"]
        """;

    public static readonly Schema Text = new() { Types = ["string"] };

    public static readonly Schema Name = Text with
    {
        Format = new SchemaFormat(
            "name", IsName, NameRefusal("printable characters. Can not start or end with whitespace.")),
        MinLength = 1,
        MaxLength = 255,
    };

    /// <summary>Under /v2, spaces at either end are allowed because they are trimmed later.</summary>
    public static readonly Schema RelaxedName = Name with
    {
        Format = new SchemaFormat(
            "name_with_leading_trailing_spaces", text => IsPrintable(text) && text.Trim().Length > 0,
            NameRefusal("printable characters with at least one non space character")),
    };

    public static readonly Schema NameOrNull = new()
    {
        OneOf = [Text with { MinLength = 1, MaxLength = 255 }, new() { Types = ["null"] }],
    };

    public static readonly Schema Description = new()
    {
        Types = ["string", "null"],
        Format = new SchemaFormat("description", IsPrintable),
        MinLength = 0,
        MaxLength = 255,
    };

    public static readonly Schema Uuid = Text with { Format = new SchemaFormat("uuid", IsUuid) };

    public static readonly Schema UuidOrEmpty = new() { OneOf = [Uuid, Text with { MaxLength = 0 }] };

    public static readonly Schema PositiveInteger = new()
    {
        Types = ["integer", "string"],
        Pattern = "^[0-9]*$",
        Minimum = 1,
        MinLength = 1,
    };

    public static readonly Schema Boolean = new()
    {
        Types = ["boolean", "string"],
        Enum = JsonDocument.Parse(BooleanWords).RootElement,
    };

    public static readonly Schema FlavorRef = new() { Types = ["string", "integer"], MinLength = 1 };

    public static readonly Schema Metadata = new()
    {
        Types = ["object"],
        Pairs = ("^[a-zA-Z0-9-_:. ]{1,255}$", Text with { MaxLength = 255 }),
    };

    public static readonly Schema DiskConfig = Schema.OneWordOf("AUTO", "MANUAL");

    public static readonly Schema IPv4 = Text with { Format = new SchemaFormat("ipv4", IsIPv4) };

    public static readonly Schema IPv6 = Text with { Format = new SchemaFormat("ipv6", IsIPv6) };

    public static readonly Schema Address = Text with { OneOf = [IPv4, IPv6] };

    public static readonly Schema Base64 = Text with { Format = new SchemaFormat("base64", IsBase64) };

    public static readonly Schema Tag = Text with { Pattern = "^[^,/]*$", MinLength = 1, MaxLength = 60 };

    public static readonly Schema Hostname = Text with
    {
        Pattern = "^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$",
        MinLength = 2,
        MaxLength = 63,
    };

    public static readonly Schema Fqdn = Text with { Pattern = "^[a-zA-Z0-9-._]*$", MinLength = 1, MaxLength = 255 };

    public static readonly Schema Certificates = new()
    {
        Types = ["array", "null"],
        MaxItems = 50,
        Items = Text with { MinLength = 1 },
    };

    private static string NameRefusal(string reason)
        => $"An invalid 'name' value was provided. The name must be: {reason}";

    private static bool IsName(string text)
        => IsPrintable(text) && (text.Length == 0 || !(IsSpace(text[0]) || IsSpace(text[^1])));

    /// <summary>
    /// Printable in Nova's sense: no control, format or unassigned character, and none beyond the first 65,535.
    /// </summary>
    private static bool IsPrintable(string text) => text.EnumerateRunes().All(rune => rune.Value < 0xFFFF
        && Rune.GetUnicodeCategory(
            rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator));

    private static bool IsSpace(char character) => char.GetUnicodeCategory(character) == UnicodeCategory.SpaceSeparator;

    /// <summary>Accepts what Python's uuid module accepts, such as UUIDs without hyphens or in braces.</summary>
    private static bool IsUuid(string text)
    {
        var digits = text.Replace("urn:", "", StringComparison.Ordinal).Replace("uuid:", "", StringComparison.Ordinal)
            .Trim('{', '}').Replace("-", "", StringComparison.Ordinal);
        return digits.Length == 32 && digits.All(char.IsAsciiHexDigit);
    }

    private static bool IsIPv4(string text)
        => text.Count(character => character == '.') == 3
            && text.All(character => char.IsAsciiDigit(character) || character == '.')
            && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork;

    private static bool IsIPv6(string text)
        => !text.Contains('[', StringComparison.Ordinal) && IPAddress.TryParse(text, out var address)
            && address.AddressFamily == AddressFamily.InterNetworkV6;

    private static bool IsBase64(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _);
}
