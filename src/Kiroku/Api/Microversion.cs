using System.Globalization;

namespace Kiroku.Api;

/// <summary>A version of the compute API, 2.N.</summary>
internal readonly record struct Microversion(int Minor) : IComparable<Microversion>
{
    /// <summary>The version of requests that name none, and of everything under /v2.</summary>
    public static readonly Microversion Minimum = new(1);

    /// <summary>The highest of which every change to a route of ours is implemented; see docs/compatibility.md.</summary>
    public static readonly Microversion Maximum = new(96);

    public int CompareTo(Microversion other) => Minor.CompareTo(other.Minor);

    public static bool operator >=(Microversion version, int minor) => version.Minor >= minor;

    public static bool operator <=(Microversion version, int minor) => version.Minor <= minor;

    public static bool operator <(Microversion version, int minor) => version.Minor < minor;

    public static bool operator >(Microversion version, int minor) => version.Minor > minor;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"2.{Minor}");

    /// <summary>Reads "2.51" or "latest".</summary>
    /// <exception cref="Fault">400 for what is no version, 406 for one that is out of range, with Nova's words.</exception>
    public static Microversion Parse(string text)
    {
        if (text == "latest")
            return Maximum;
        var parts = text.Split('.');
        if (parts.Length != 2 || !TryNumber(parts[0], out var major) || !TryNumber(parts[1], out var minor))
            throw Fault.BadRequest($"API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.");
        if (major != 2 || minor < Minimum.Minor || minor > Maximum.Minor)
            throw new Fault(406, $"Version {text} is not supported by the API. Minimum is {Minimum} and maximum is {Maximum}.");
        return new Microversion((int)minor);
    }

    private static bool TryNumber(string text, out long number)
    {
        number = 0;
        var plain = text.Length is > 0 and <= 18 && text.All(char.IsAsciiDigit) && (text[0] != '0' || text == "0");
        return plain && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
