using System.Globalization;
using Spectre.Console;

namespace Kiroku.CommandLine.Tour;

/// <summary>The tour's output: in colour and with a live line on a terminal, otherwise as plain lines.</summary>
internal sealed class Screen
{
    private const int BarWidth = 36;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly IAnsiConsole console = AnsiConsole.Console;
    private readonly TimeProvider time;
    private readonly bool moves;

    public Screen(TimeProvider time)
    {
        this.time = time;
        moves = console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal;
        // A file has no width, so its lines must not be wrapped.
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = 1000;
    }

    public void Say(string text = "", string style = "default")
        => console.MarkupLine(text.Length == 0 ? "" : $"[{style}]{Markup.Escape(text)}[/]");

    /// <summary>A line to be copied or clicked, which is never folded.</summary>
    public void SayWhole(string text) => console.Profile.Out.Writer.WriteLine(text);

    /// <summary>Shows what is in progress until it is done.</summary>
    public async Task<T> WhileAsync<T>(string what, Func<Action<string>, Task<T>> work)
    {
        var began = time.GetTimestamp();
        if (moves)
        {
            return await console.Status().StartAsync(Markup.Escape(what), context => work(
                detail => context.Status = Markup.Escape(
                    $"{what}: {detail} ({Seconds(time.GetElapsedTime(began), 0)} s)")));
        }
        var next = Patience;
        return await work(detail =>
        {
            var elapsed = time.GetElapsedTime(began);
            if (elapsed < next)
                return;
            next = elapsed + Patience;
            Say($"  … {what}: {detail} ({Seconds(elapsed, 0)} s)");
        });
    }

    /// <summary>
    /// Shows a record as bars on a time line, in the order in which the steps began. A step that was tried again is
    /// below its first attempt.
    /// </summary>
    public void ShowTimeline(Record record)
    {
        var whole = (record.Events.Max(e => e.Finish ?? e.Start) - record.StartTime).TotalSeconds;
        var tried = new Dictionary<string, int>();
        foreach (var e in record.Events.Reverse())
        {
            var attempt = tried[e.Name] = tried.GetValueOrDefault(e.Name) + 1;
            var name = attempt == 1 ? e.Name : $"  attempt {attempt}";
            var (from, to) = ((e.Start - record.StartTime).TotalSeconds,
                ((e.Finish ?? e.Start) - record.StartTime).TotalSeconds);
            var left = Math.Min(BarWidth - 1, (int)(from / whole * BarWidth));
            var length = Math.Clamp((int)Math.Round((to - from) / whole * BarWidth), 1, BarWidth - left);
            var isInside = record.Events.Any(outer => e.LiesIn(outer));
            var bar = (new string(' ', left) + new string(console.Profile.Capabilities.Unicode ? '━' : '=', length))
                .PadRight(BarWidth);
            var colour = e.Result == "Error" ? "red" : isInside ? "yellow" : "green";
            console.MarkupLine($"    {(isInside ? "  " : "") + name,-34}[{colour}]{bar}[/] "
                + $"{Seconds(from, 3),7} to {Seconds(to, 3),7} s  {e.Result}");
        }
    }

    public void ShowSummary(IReadOnlyList<Visit> visits)
    {
        var table = new Table
        {
            Border = console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii,
        };
        table.AddColumn("action");
        table.AddColumn(new TableColumn("seconds").RightAligned());
        table.AddColumn(new TableColumn("of these Kiroku's own").RightAligned());
        table.AddColumn("record and guest");
        foreach (var visit in visits)
            table.AddRow(visit.Stage.Action, Seconds(visit.Took, 2), Seconds(visit.Own, 3),
                visit.IsRight ? "[green]right[/]" : "[red]wrong[/]");
        console.Write(table);
    }

    public static string Seconds(TimeSpan span, int decimals) => Seconds(span.TotalSeconds, decimals);

    private static string Seconds(double seconds, int decimals)
        => seconds.ToString($"F{decimals}", CultureInfo.InvariantCulture);
}

/// <summary>The result of one stage of the tour.</summary>
internal sealed record Visit(Stage Stage, TimeSpan Took, TimeSpan Own, IReadOnlyList<string> Differences)
{
    public bool IsRight => Differences.Count == 0;
}
