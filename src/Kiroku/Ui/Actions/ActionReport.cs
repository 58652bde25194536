using System.Globalization;
using System.Text;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Texts;
using static Kiroku.Ui.Actions.MarkdownCode;

namespace Kiroku.Ui.Actions;

/// <summary>An action as a text for a ticket, in Markdown. What others have named or said is code in it.</summary>
internal static class ActionReport
{
    public static string Of(ActionFacts action, DateTime now, PageTexts texts)
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"## {texts.Word("action", action.Action)}: {Code(action.Server.Shown)}"))
            .AppendLine();
        Line("action.outcome", $"**{texts.Word("outcome", action.Outcome)}**");
        if (action.Failure?.ReasonCode is { } reason)
            Line("action.reason", $"{texts.Word("reason", reason)} ({Code(reason)})");
        if (action.Details is { } details)
            Line("action.details", Code(details));
        Line("action.started", Code(Exact.Time(action.StartTime)));
        if (action.FinishTime is { } finish)
            Line("action.finished", Code(Exact.Time(finish)));
        Line("action.took", Spans.Of(texts, action.SpanAt(now)));
        Line("action.server", Code($"{action.Server.Id}"));
        Line("action.request", Code(action.RequestId));
        if (action.TraceId is { } trace)
            Line("action.trace", Code(trace));
        Line("action.user", action.UserId is { } user
            ? $"{Code(action.UserName ?? "")} {Code(user)}".Trim() : texts["action.service"]);
        if (action.ProjectId is { } project)
            Line("action.project", Code(project));
        foreach (var warning in action.Warnings ?? [])
            Line("action.warning", Code(warning.Message));
        AddAttempts(text, action, now, texts);
        return text.ToString();

        void Line(string key, string value) => text.AppendLine(Invariant($"- {texts[key]}: {value}"));
    }

    private static void AddAttempts(StringBuilder text, ActionFacts action, DateTime now, PageTexts texts)
    {
        if (action.Attempts.Count == 0)
            return;
        text.AppendLine();
        Row(texts["timeline.step"], "#", texts["timeline.after"], texts["timeline.took"], texts["timeline.result"]);
        Row("---", "---", "---", "---", "---");
        foreach (var attempt in action.Attempts)
        {
            var result = texts.Word("result", attempt.Result ?? "running");
            var why = attempt.ReasonCode is { } code ? $", {texts.Word("reason", code)}" : "";
            Row(Code(attempt.Event), Invariant($"{attempt.Attempt}"),
                $"+{Spans.Of(texts, attempt.StartTime - action.StartTime)}",
                Spans.Of(texts, (attempt.FinishTime ?? now) - attempt.StartTime), $"{result}{why}");
        }
        // Not in the table, where a bar ends a cell even within code.
        var told = action.Attempts.Where(attempt => !string.IsNullOrEmpty(attempt.Details)).ToList();
        if (told.Count > 0)
            text.AppendLine();
        foreach (var attempt in told)
            text.AppendLine(
                $"- {Code(attempt.Event)}, {texts["timeline.retry", attempt.Attempt]}: {Code(attempt.Details!)}");

        void Row(params string[] cells) => text.AppendLine($"| {string.Join(" | ", cells)} |");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
