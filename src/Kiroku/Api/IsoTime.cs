using System.Globalization;
using System.Text.RegularExpressions;

namespace Kiroku.Api;

/// <summary>
/// Reads times as Nova does (Python's iso8601): anything from a bare year to microseconds with a zone. The default
/// zone is UTC.
/// </summary>
internal static partial class IsoTime
{
    public static bool TryParse(string text, out DateTime utc)
    {
        utc = default;
        if (Form().Match(text) is not { Success: true } found)
            return false;
        var month = Number(found, "monthdash") ?? Number(found, "month") ?? 1;
        var day = Number(found, "daydash") ?? Number(found, "day") ?? 1;
        var year = Number(found, "year")!.Value;
        var (hour, minute, second) = (Number(found, "hour") ?? 0, Number(found, "minute") ?? 0,
            Number(found, "second") ?? 0);
        var offset = (Number(found, "zonehour") ?? 0) * 60 + (Number(found, "zoneminute") ?? 0);
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23
            || minute > 59 || second > 59)
            return false;
        var fraction = found.Groups["fraction"].Value.PadRight(6, '0')[..6];
        var local = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc)
            .AddMicroseconds(int.Parse(fraction, CultureInfo.InvariantCulture));
        var ticks = local.Ticks - TimeSpan.TicksPerMinute * (found.Groups["sign"].Value == "-" ? -offset : offset);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
            return false;
        utc = new DateTime(ticks, DateTimeKind.Utc);
        return true;
    }

    private static int? Number(Match match, string group)
        => match.Groups[group] is { Success: true } found
            ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("""
        ^(?<year>[0-9]{4})
        ((-(?<monthdash>[0-9]{1,2})|(?<month>[0-9]{2})(?!$))
          ((-(?<daydash>[0-9]{1,2})|(?<day>[0-9]{2}))
            ([ T](?<hour>[0-9]{2})(:?(?<minute>[0-9]{2}))?
              (:?(?<second>[0-9]{1,2})([.,](?<fraction>[0-9]+))?)?
              (Z|(?<sign>[-+])(?<zonehour>[0-9]{2}):?(?<zoneminute>[0-9]{2})?)?
            )?
          )?
        )?\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
