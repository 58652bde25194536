namespace Kiroku.Ui.Actions.Lists;

/// <summary>When something was heard of an action last.</summary>
public static class SignOfLife
{
    /// <summary>An action that runs, and of which nothing was heard for so long, is one to look at.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    /// <summary>When an attempt of the action began or ended last, or the action began.</summary>
    public static DateTime Of(ActionFacts action)
        => action.Attempts.Select(attempt => attempt.FinishTime ?? attempt.StartTime).Append(action.StartTime).Max();

    /// <summary>Whether it seems to be stuck.</summary>
    public static bool IsMissing(ActionFacts action, DateTime now) => !action.Done && now - Of(action) > Quiet;
}
