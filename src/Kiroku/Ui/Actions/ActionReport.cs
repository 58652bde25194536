using System.Globalization;
using System.Text;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Texts;

namespace Kiroku.Ui.Actions;

/// <summary>An action as a text for a ticket, in Markdown. What others have named cannot be read as markup.</summary>
internal static class ActionReport
{
    public static string Of(ActionFacts action, DateTime now, PageTexts texts)
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"## {Safe(texts.Word("action", action.Action))}: {Safe(action.Server.Shown)}"))
            .AppendLine();
        Line("action.outcome", $"**{texts.Word("outcome", action.Outcome)}**");
        if (action.Failure?.ReasonCode is { } reason)
            Line("action.reason", $"{texts.Word("reason", reason)} ({Code(reason)})");
        if (action.Details is { } details)
            Line("action.details", Safe(details));
        Line("action.started", Code(Exact.Time(action.StartTime)));
        if (action.FinishTime is { } finish)
            Line("action.finished", Code(Exact.Time(finish)));
        Line("action.took", Spans.Of(texts, action.SpanAt(now)));
        Line("action.server", Code($"{action.Server.Id}"));
        Line("action.request", Code(action.RequestId));
        if (action.TraceId is { } trace)
            Line("action.trace", Code(trace));
        Line("action.user", action.UserId is { } user
            ? $"{Safe(action.UserName ?? "")} {Code(user)}".Trim() : texts["action.service"]);
        if (action.ProjectId is { } project)
            Line("action.project", Code(project));
        foreach (var warning in action.Warnings ?? [])
            Line("action.warning", Safe(warning.Message));
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
            var details = attempt.Details is { } sentence ? $". {Safe(sentence)}" : "";
            Row(Code(attempt.Event), Invariant($"{attempt.Attempt}"),
                $"+{Spans.Of(texts, attempt.StartTime - action.StartTime)}",
                Spans.Of(texts, (attempt.FinishTime ?? now) - attempt.StartTime), $"{result}{why}{details}");
        }

        void Row(params string[] cells) => text.AppendLine($"| {string.Join(" | ", cells)} |");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Within a code span only its end means anything, and in a table the bar.</summary>
    private static string Code(string text) => $"`{OneLine(text).Replace('`', '\'').Replace('|', '/')}`";

    private static string Safe(string text)
        => string.Concat(OneLine(text).Select(
            character => @"\`*_{}[]<>()#+-.!|~&@".Contains(character, StringComparison.Ordinal)
                && character is not ('.' or '-' or '(' or ')' or '!') ? $"\\{character}" : $"{character}"));

    private static string OneLine(string text)
        => string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
}
