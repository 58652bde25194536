using System.Collections.Concurrent;
using Kiroku.Actions.Feed;

namespace Kiroku.Tests.Storage;

/// <summary>Notes what it is told of the feed.</summary>
internal sealed class FeedListener : IFeedListener
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<(Guid, string), TaskCompletionSource> seen = [];

    public ConcurrentQueue<(Guid, string)> Told { get; } = [];

    public TaskCompletionSource GaveUp { get; } = NewSource();

    /// <summary>Completes when the action has been told.</summary>
    public Task HasAsync(Guid server, string request, CancellationToken cancellationToken)
        => Seen((server, request)).Task.WaitAsync(Patience, cancellationToken);

    public void Tell(FeedPage page)
    {
        foreach (var action in page.Entries.Select(entry => entry.Recorded.Action))
        {
            Told.Enqueue((action.ServerId, action.RequestId));
            Seen((action.ServerId, action.RequestId)).TrySetResult();
        }
    }

    public void GiveUp(FeedGoneException reason) => GaveUp.TrySetResult();

    private TaskCompletionSource Seen((Guid, string) action) => seen.GetOrAdd(action, _ => NewSource());

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
