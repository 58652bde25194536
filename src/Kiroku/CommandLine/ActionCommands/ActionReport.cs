using System.Text.Json;
using Kiroku.Api;
using Spectre.Console;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>Shows one action: its facts, and its attempts as bars on a line of time.</summary>
internal sealed class ActionReport(Screen screen)
{
    private const int BarWidth = 32;
    private static readonly string[] Headings = ["EVENT", "", "FROM", "TOOK", "RESULT", "DETAILS"];

    public void Show(ToldAction action)
    {
        var fields = action.Fields;
        screen.Line($"{Words.Name(action)} of {Words.Server(action)}: {Words.Outcome(action)}");
        Fact("server", $"{fields.Server.Id}");
        Fact("request", Words.Request(action));
        Fact("by", Words.User(action)
            + (fields.ProjectId is { } project ? $", in project {PlainText.Of(project)}" : ""));
        Fact("started", $"{Words.Time(fields.StartTime)} UTC");
        Fact("took", Words.Took(action));
        Fact("now", Words.Progress(action));
        Fact("why", PlainText.Of(fields.Details));
        Fact("reason", PlainText.Of(
            fields.Attempts?.LastOrDefault(attempt => attempt.ReasonCode is not null)?.ReasonCode));
        foreach (var (name, change) in fields.Changes ?? new Dictionary<string, ChangeFields>())
            Fact("changed", $"{PlainText.Of(name)} from {Value(change.Before)} to {Value(change.After)}");
        foreach (var warning in fields.Warnings ?? [])
            Fact("warning", PlainText.Of(warning.Message ?? warning.Code));
        Fact("cancelled", fields.Cancelled is { } cancelled
            ? $"by user {PlainText.Of(cancelled.UserId)} at {Words.Time(cancelled.Time)} UTC"
            : "");
        Fact("cancelable", fields.Cancelable ? "yes" : "");
        if (fields.Attempts is { Count: > 0 } attempts)
            screen.Table(Headings, [.. attempts.Select(attempt => Row(attempt, fields))]);
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "nothing",
        JsonValueKind.Object => PlainText.Of(value.TextOf("name") ?? value.TextOf("id") ?? value.GetRawText()),
        _ => PlainText.Of($"{value}"),
    };

    private void Fact(string name, string value)
    {
        if (value.Length > 0)
            screen.Line($"  {name + ":",-12}{value}");
    }

    private IReadOnlyList<Cell> Row(AttemptFields attempt, ActionFields action)
    {
        var now = screen.Time.GetUtcNow();
        var (from, to) = (attempt.StartTime - action.StartTime, (attempt.FinishTime ?? now) - action.StartTime);
        var whole = (action.FinishTime ?? now) - action.StartTime;
        var color = attempt.Result switch
        {
            "Success" => Color.Green,
            null => Color.Blue,
            _ => Color.Red,
        };
        return
        [
            PlainText.Of(attempt.Event) + (attempt.Attempt > 1 ? $" ({attempt.Attempt})" : ""),
            new Cell(Bar(from, to, whole), color), Words.Span(from),
            attempt.FinishTime is null ? "" : Words.Span(to - from),
            new Cell(attempt.Result is { } result ? PlainText.Of(result) : "running", color),
            PlainText.Of(attempt.Details),
        ];
    }

    /// <summary>A bar's place in its action; clocks of different nodes may have it begin or end outside.</summary>
    private string Bar(TimeSpan from, TimeSpan to, TimeSpan whole)
    {
        var cell = Math.Max(whole.TotalSeconds, 1e-6) / BarWidth;
        var left = (int)Math.Clamp(from.TotalSeconds / cell, 0, BarWidth - 1);
        var length = (int)Math.Clamp(Math.Round((to - from).TotalSeconds / cell), 1, BarWidth - left);
        return (new string(' ', left) + new string(screen.IsTerminal ? '━' : '=', length)).PadRight(BarWidth);
    }
}
