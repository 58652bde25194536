using Kiroku.Storage;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions;

/// <summary>
/// Answers about actions that have ended, as bytes: an ended action never changes, until retention removes it or its
/// server is deleted. Whether the caller may see it is asked each time. What is kept is bounded and only this
/// process's; of what others did to a shared store it knows nothing, and <see cref="ActionStore.FindUnchangedAsync"/>
/// does.
/// </summary>
internal sealed class FinishedRecords(IOptions<ActionsOptions> options) : IDisposable
{
    /// <summary>What an entry takes besides its bytes, about.</summary>
    private const int Overhead = 512;

    private readonly MemoryCache? kept = options.Value.KeptInMemory == 0 ? null
        : new MemoryCache(new MemoryCacheOptions { SizeLimit = options.Value.KeptInMemory });

    /// <summary>
    /// The removals here of the servers that share a place; an answer read before one has ended is not good any more.
    /// </summary>
    private readonly ChangeCount[] removals = new ChangeCount[1024];

    /// <summary>The answer, if it is known.</summary>
    public FinishedRecord? Find(FinishedKey key)
        => kept is not null && kept.TryGetValue(key, out FinishedRecord? record)
            && record!.Removals == Removals(key.ServerId)
            ? record
            : null;

    /// <summary>
    /// Where a server stands; to be asked before reading what is then kept. Null: now nothing is to be kept of it.
    /// </summary>
    public long? Removals(Guid serverId) => Place(serverId).Value;

    public void Keep(FinishedKey key, FinishedRecord record)
        => kept?.Set(key, record, new MemoryCacheEntryOptions { Size = Overhead + record.Body.Length });

    /// <summary>
    /// An ended action as lists show it. Whether a list still has it, the store says: nothing here needs to be
    /// forgotten.
    /// </summary>
    public ListedAction? FindListed(long id, bool withChange) => kept?.Get<ListedAction>(KeyOf(id, withChange));

    public ListedAction KeepListed(long id, bool withChange, ListedAction listed)
        => kept is null ? listed : kept.Set(
            KeyOf(id, withChange), listed, new MemoryCacheEntryOptions { Size = Overhead + listed.Json.Length });

    /// <summary>
    /// To be held while some of these servers' record is removed. Nothing is known of them meanwhile, and afterwards
    /// all is read anew.
    /// </summary>
    public IDisposable Removing(params IReadOnlyCollection<Guid> servers) => new Removal(this, servers);

    public void Dispose() => kept?.Dispose();

    private static long KeyOf(long id, bool withChange) => withChange ? id : -id;

    private ref ChangeCount Place(Guid serverId) => ref removals[(uint)serverId.GetHashCode() % (uint)removals.Length];

    private sealed class Removal : IDisposable
    {
        private readonly FinishedRecords records;
        private readonly IReadOnlyCollection<Guid> servers;

        public Removal(FinishedRecords records, IReadOnlyCollection<Guid> servers)
        {
            (this.records, this.servers) = (records, servers);
            foreach (var server in servers)
                records.Place(server).Begin();
        }

        public void Dispose()
        {
            foreach (var server in servers)
                records.Place(server).End();
        }
    }
}

/// <summary>An ended action as it is shown.</summary>
internal readonly record struct FinishedKey(Guid ServerId, string RequestId, ActionView View);

/// <summary>The answer, whose it is, and after how many removals it was read.</summary>
internal sealed record FinishedRecord(byte[] Body, Subject Subject, long Removals);

/// <summary>An action as lists show it.</summary>
internal sealed record ListedAction(string RequestId, byte[] Json);
