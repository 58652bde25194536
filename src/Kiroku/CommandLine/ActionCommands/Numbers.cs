using System.CommandLine.Parsing;
using System.Globalization;
using Kiroku.Api;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>Numbers on a command line, refused in words that say which ones are right.</summary>
internal static class Numbers
{
    /// <summary>The most seconds to wait: those of a year.</summary>
    private const double MostSeconds = 31_536_000;

    public static double? Seconds(ArgumentResult result)
    {
        if (double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and <= MostSeconds)
            return seconds;
        return Refuse<double?>(result, "a number of seconds, at most those of a year");
    }

    public static int Count(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return count;
        return Refuse<int>(result, "a whole number from 0 on");
    }

    private static T? Refuse<T>(ArgumentResult result, string right)
    {
        var name = (result.Parent as OptionResult)?.Option.Name;
        result.AddError($"{name} is {right}, and not {PlainText.Of(result.Tokens[0].Value)}");
        return default;
    }
}
