using System.Globalization;
using Kiroku.Ui.Texts;

namespace Kiroku.Ui.Looks;

/// <summary>Lengths of time as people say them: two units at most.</summary>
public static class Spans
{
    public static string Of(PageTexts texts, TimeSpan span) => span switch
    {
        { Ticks: < 0 } => texts["span.ms", 0],
        { TotalMilliseconds: < 999.5 } => texts["span.ms", Math.Round(span.TotalMilliseconds)],
        { TotalSeconds: < 9.95 } => texts["span.s", span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)],
        { TotalSeconds: < 59.5 } => texts["span.s", Math.Round(span.TotalSeconds)],
        { TotalMinutes: < 1 } => texts["span.min-s", 1, 0],
        { TotalHours: < 1 } => texts["span.min-s", span.Minutes, span.Seconds],
        { TotalDays: < 1 } => texts["span.h-min", span.Hours, span.Minutes],
        _ => texts["span.d-h", (int)span.TotalDays, span.Hours],
    };

    /// <summary>A round length of time, in one unit where it is one.</summary>
    public static string Tick(PageTexts texts, TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => texts["span.ms", Math.Round(span.TotalMilliseconds)],
        { TotalMinutes: < 1 } => texts["span.s", Math.Round(span.TotalSeconds, 1)],
        { TotalHours: < 1, Seconds: 0 } => texts["span.min", span.Minutes],
        { TotalDays: < 1, Minutes: 0 } => texts["span.h", span.Hours],
        { Hours: 0, TotalDays: >= 1 } => texts["span.d", (int)span.TotalDays],
        _ => Of(texts, span),
    };

    /// <summary>How long ago it was, in one unit.</summary>
    public static string Ago(PageTexts texts, TimeSpan ago) => ago switch
    {
        { TotalSeconds: < 10 } => texts["ago.now"],
        { TotalMinutes: < 1 } => texts["ago.s", (int)ago.TotalSeconds],
        { TotalHours: < 1 } => texts["ago.min", (int)ago.TotalMinutes],
        { TotalDays: < 1 } => texts["ago.h", (int)ago.TotalHours],
        _ => texts["ago.d", (int)ago.TotalDays],
    };

    /// <summary>The texts of <see cref="Ago"/>, for the script: now, and in seconds, minutes, hours and days.</summary>
    public static string AgoForms(PageTexts texts)
        => $"{texts["ago.now"]}|{texts["ago.s"]}|{texts["ago.min"]}|{texts["ago.h"]}|{texts["ago.d"]}";
}
