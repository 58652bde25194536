using Kiroku.Storage;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions;

/// <summary>
/// A cache of answers about ended actions, as bytes: an ended action never changes, until retention removes it or its
/// server is deleted. Whether the caller may see an answer is checked each time. The cache is bounded and belongs to
/// this process. It does not know what other processes do to a shared store;
/// <see cref="ActionStore.FindUnchangedAsync"/> does.
/// </summary>
internal sealed class FinishedRecords(IOptions<ActionsOptions> options) : IDisposable
{
    /// <summary>The approximate size of an entry besides its bytes.</summary>
    private const int Overhead = 512;

    private readonly MemoryCache? kept = options.Value.KeptInMemory == 0 ? null
        : new MemoryCache(new MemoryCacheOptions { SizeLimit = options.Value.KeptInMemory });

    /// <summary>
    /// Counts the removals in this process, in slots that servers share. An answer that was read before a removal ended
    /// is no longer valid.
    /// </summary>
    private readonly ChangeCount[] removals = new ChangeCount[1024];

    /// <summary>The answer; null if it is not in the cache.</summary>
    public FinishedRecord? Find(FinishedKey key)
        => kept is not null && kept.TryGetValue(key, out FinishedRecord? record)
            && record!.Removals == Removals(key.ServerId)
            ? record
            : null;

    /// <summary>
    /// The count of a server's removals, to be taken before reading an answer for the cache. Null: a removal is under
    /// way, and nothing may be cached.
    /// </summary>
    public long? Removals(Guid serverId) => Slot(serverId).Value;

    public void Keep(FinishedKey key, FinishedRecord record)
        => kept?.Set(key, record, new MemoryCacheEntryOptions { Size = Overhead + record.Body.Length });

    /// <summary>
    /// An ended action as lists show it. It need not be forgotten, because the store says whether a list still has it.
    /// </summary>
    public ListedAction? FindListed(ListedKey key) => kept?.Get<ListedAction>(key);

    public ListedAction KeepListed(ListedKey key, ListedAction listed)
        => kept is null ? listed : kept.Set(
            key, listed, new MemoryCacheEntryOptions { Size = Overhead + listed.Json.Length });

    /// <summary>
    /// Held while parts of these servers' record are removed. Meanwhile nothing is cached of them, and afterwards
    /// everything is read anew.
    /// </summary>
    public IDisposable Removing(params IReadOnlyCollection<Guid> servers) => new Removal(this, servers);

    public void Dispose() => kept?.Dispose();

    private ref ChangeCount Slot(Guid serverId) => ref removals[(uint)serverId.GetHashCode() % (uint)removals.Length];

    private sealed class Removal : IDisposable
    {
        private readonly FinishedRecords records;
        private readonly IReadOnlyCollection<Guid> servers;

        public Removal(FinishedRecords records, IReadOnlyCollection<Guid> servers)
        {
            (this.records, this.servers) = (records, servers);
            foreach (var server in servers)
                records.Slot(server).Begin();
        }

        public void Dispose()
        {
            foreach (var server in servers)
                records.Slot(server).End();
        }
    }
}

/// <summary>The key of an answer: an ended action and how it is shown.</summary>
internal readonly record struct FinishedKey(Guid ServerId, string RequestId, ActionView View);

/// <summary>The key of an ended action as lists show it: with the time of its last change, or without.</summary>
internal readonly record struct ListedKey(Guid ServerId, long Id, bool WithChange);

/// <summary>An answer, its subject, and the count of removals when it was read.</summary>
internal sealed record FinishedRecord(byte[] Body, Subject Subject, long Removals);

/// <summary>An action as lists show it.</summary>
internal sealed record ListedAction(string RequestId, byte[] Json);
