using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Actions.Live;

/// <summary>Finds the names of those who asked for actions, which documents have.</summary>
internal static class ActionUsers
{
    /// <exception cref="Storage.StorageException">The store cannot be read.</exception>
    public static Task<IReadOnlyDictionary<string, string>> FindNamesAsync(
        this IUserNames users, IEnumerable<LiveAction> actions, CancellationToken cancellationToken)
        => users.FindNamesAsync(
            actions.Select(action => action.Action.UserId).OfType<string>().Distinct().ToList(), cancellationToken);

    /// <summary>Makes the documents of these actions for a request's caller.</summary>
    /// <exception cref="Storage.StorageException">The store cannot be read.</exception>
    public static async Task<ActionDocuments> DocumentsAsync(
        this IUserNames users, HttpContext context, IEnumerable<LiveAction> actions,
        CancellationToken cancellationToken)
        => new(
            Caller.Of(context), Links.Base(context.Request), await users.FindNamesAsync(actions, cancellationToken));
}
