using System.Globalization;
using Kiroku.Api;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>How values are shown to people; texts of others are made fit for a terminal.</summary>
internal static class Words
{
    public static string Time(DateTimeOffset time)
        => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Span(TimeSpan span) => span.TotalSeconds switch
    {
        < 0 => "0.00 s",
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:F2} s"),
        < 6000 => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min"),
    };

    public static string Took(ToldAction action)
        => action.Fields.FinishTime is { } finish ? Span(finish - action.Fields.StartTime) : "";

    public static string Server(ToldAction action)
        => action.Fields.Server.Name is { Length: > 0 } name ? PlainText.Of(name) : $"{action.Fields.Server.Id}";

    /// <summary>Who began it; the service itself has no name.</summary>
    public static string User(ToldAction action)
        => PlainText.Of(action.Fields.UserName ?? action.Fields.UserId ?? "(service)");

    public static string Name(ToldAction action) => PlainText.Of(action.Fields.Action);

    public static string Request(ToldAction action) => PlainText.Of(action.Fields.RequestId);

    public static string Outcome(ToldAction action) => PlainText.Of(action.Fields.Outcome);

    /// <summary>What is tried now.</summary>
    public static string Progress(ToldAction action) => action.Fields.Progress is { Event: { } name } progress
        ? PlainText.Of(name) + (progress.Attempt > 1 ? $" (attempt {progress.Attempt})" : "")
        : "";
}
