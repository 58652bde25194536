using Kiroku.Ui.Actions;
using Kiroku.Ui.Actions.Lists;

namespace Kiroku.Ui.Operators;

/// <summary>What runs on one host.</summary>
/// <param name="Host">Its name; null for what has no host yet.</param>
/// <param name="Actions">The oldest first.</param>
public sealed record RunningHosts(string? Host, IReadOnlyList<ActionFacts> Actions)
{
    /// <summary>The list of all that runs, the oldest first.</summary>
    public static readonly ActionsRequest All = new() { Filter = "done = false", IsOldestFirst = true, IsOfAll = true };

    /// <summary>
    /// Groups actions by where they run: the host of the last attempt that has one, as administrators see it. The host
    /// with the oldest action is first.
    /// </summary>
    public static IReadOnlyList<RunningHosts> Of(IEnumerable<ActionFacts> actions) =>
    [
        .. actions.GroupBy(action => action.Attempts.LastOrDefault(attempt => attempt.Host is not null)?.Host)
            .Select(group => new RunningHosts(group.Key, [.. group.OrderBy(action => action.StartTime)]))
            .OrderBy(host => host.Actions[0].StartTime),
    ];
}
