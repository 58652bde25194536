using System.Globalization;

namespace Kiroku.Ui.Looks;

/// <summary>How times and places are written where programs read them.</summary>
public static class Exact
{
    /// <summary>ISO 8601 with milliseconds.</summary>
    /// <param name="time">UTC.</param>
    public static string Time(DateTime time)
        => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A place or a width, as SVG has it.</summary>
    public static string Percent(double percent) => percent.ToString("0.###", CultureInfo.InvariantCulture) + "%";
}
