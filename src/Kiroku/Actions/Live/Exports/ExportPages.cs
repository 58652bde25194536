using System.Runtime.CompilerServices;

namespace Kiroku.Actions.Live.Exports;

/// <summary>
/// The pages of an export, oldest first: every action that had been accepted when it began, each as it stands when its
/// page is read. A page is read by itself, and the next one while it is sent, so that nothing in the store is held
/// while a client takes its time, and no more than two pages are in memory.
/// </summary>
internal static class ExportPages
{
    /// <returns>At least one page, which may be empty.</returns>
    public static async IAsyncEnumerable<LivePage> ReadExportAsync(
        this LiveRecord record, LiveQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var newest = await record.ListAsync(new LiveQuery(1), cancellationToken);
        if (newest.Actions is not [{ Action.Id: var last }, ..])
        {
            yield return newest;
            yield break;
        }
        var reading = record.ListAsync(query, cancellationToken);
        try
        {
            while (true)
            {
                var page = await reading;
                var hasMore = page.Next < last;
                if (hasMore)
                    reading = record.ListAsync(query with { After = page.Next }, cancellationToken);
                yield return page with { Actions = [.. page.Actions.TakeWhile(action => action.Action.Id <= last)] };
                if (!hasMore)
                    yield break;
            }
        }
        finally
        {
            // Nobody wants the page that is being read any more, whether that succeeds or not.
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
