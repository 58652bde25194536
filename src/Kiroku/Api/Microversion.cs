using System.Globalization;

namespace Kiroku.Api;

/// <summary>A version of the compute API, 2.N.</summary>
internal readonly record struct Microversion(int Minor) : IComparable<Microversion>
{
    /// <summary>The version for requests that name none, and for everything under /v2.</summary>
    public static readonly Microversion Minimum = new(1);

    /// <summary>
    /// The highest version up to which all changes to our routes are implemented; see docs/compatibility.md.
    /// </summary>
    public static readonly Microversion Maximum = new(96);

    public int CompareTo(Microversion other) => Minor.CompareTo(other.Minor);

    public static bool operator >=(Microversion version, int minor) => version.Minor >= minor;

    public static bool operator <=(Microversion version, int minor) => version.Minor <= minor;

    public static bool operator <(Microversion version, int minor) => version.Minor < minor;

    public static bool operator >(Microversion version, int minor) => version.Minor > minor;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"2.{Minor}");

    /// <summary>Reads "2.51" or "latest".</summary>
    /// <exception cref="Fault">400 if the text is not a version, 406 if it is out of range, in Nova's
    /// words.</exception>
    public static Microversion Parse(string text)
    {
        if (text == "latest")
            return Maximum;
        var parts = text.Split('.');
        if (parts is not [['1' or '2' or '3' or '4' or '5' or '6' or '7' or '8' or '9', ..] major, var minor]
            || !IsNumber(major) || !IsNumber(minor))
            throw Fault.BadRequest(
                $"API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.");
        var inRange = major == "2"
            && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= Minimum.Minor && number <= Maximum.Minor;
        if (!inRange)
            throw new Fault(
                406, $"Version {text} is not supported by the API. Minimum is {Minimum} and maximum is {Maximum}.");
        return new Microversion(int.Parse(minor, CultureInfo.InvariantCulture));
    }

    private static bool IsNumber(string text)
        => text.Length > 0 && text.All(char.IsAsciiDigit) && (text[0] != '0' || text == "0");
}
