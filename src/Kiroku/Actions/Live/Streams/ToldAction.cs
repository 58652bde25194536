using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions.Feed;

namespace Kiroku.Actions.Live.Streams;

/// <summary>A change of an action, whose document is written once for all who are told the same.</summary>
internal sealed class ToldAction(LiveAction live, FeedPosition position, IReadOnlyDictionary<string, string> userNames)
{
    /// <summary>An address is anything that a request says, so there might be any number.</summary>
    private const int MostDocuments = 8;

    private readonly Lock writing = new();
    private readonly List<(string For, byte[] Document)> documents = new(1);

    public LiveAction Live => live;

    public FeedPosition Position => position;

    /// <summary>The action's document as somebody is told it, who may see it at all.</summary>
    public byte[] Write(Onlooker onlooker)
    {
        lock (writing)
        {
            foreach (var (key, known) in documents)
            {
                if (key == onlooker.Key)
                    return known;
            }
            var document = Make(onlooker);
            if (documents.Count < MostDocuments)
                documents.Add((onlooker.Key, document));
            return document;
        }
    }

    private byte[] Make(Onlooker onlooker) => JsonSerializer.SerializeToUtf8Bytes(
        new ActionDocuments(onlooker.Caller, onlooker.Address, userNames).Make(live, position),
        LiveFormat.Json.ActionDocument);
}

/// <summary>Who is told, and the address under which they know this service.</summary>
internal sealed record Onlooker(Caller Caller, string Address)
{
    /// <summary>
    /// The same for all to whom an action looks the same: what they see depends on their project and roles alone.
    /// </summary>
    public string Key { get; } = string.Join(
        '\0', Caller.Roles.Order(StringComparer.Ordinal).Prepend(Caller.ProjectId).Prepend(Address));
}

/// <summary>
/// Changes that follow each other in the feed, the position to go on from, and whether there were no more to be told.
/// </summary>
internal sealed record ToldPage(IReadOnlyList<ToldAction> Told, FeedPosition Next, bool IsLast = true);
