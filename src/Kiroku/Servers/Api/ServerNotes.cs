using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Quotas;
using Kiroku.Servers.State;
using Kiroku.Servers.Work;
using Kiroku.Storage;

namespace Kiroku.Servers.Api;

/// <summary>
/// Changes a server's notes: its name and description, its metadata and its tags. As in Nova these changes are not
/// actions: they leave no record, do not wait for a running action, and reach the guest with its next config drive.
/// </summary>
internal sealed class ServerNotes(ServerStore store, QuotaStore quotas, TimeProvider time)
{
    /// <summary>Nova's MAX_TAG_COUNT (nova/objects/instance.py).</summary>
    public const int MostTags = 50;

    private static readonly StateRule Changeable
        = new(VmStates.Active, VmStates.Paused, VmStates.Suspended, VmStates.Stopped) { AnyTaskState = true };

    /// <summary>Changes the server's names, even if it is locked, and in every state.</summary>
    public Task<Server> UpdateAsync(Server server, UpdateRequest update)
        => ChangeAsync(server, now => update.Applied(now) with { UpdatedAt = time.UtcNow() });

    /// <summary>
    /// Adds items to the server's metadata or, if <paramref name="replace"/>, puts them in its place.
    /// </summary>
    /// <exception cref="Fault">403: more items than the caller's project may have; 409: the server's state or lock
    /// forbids it.</exception>
    public async Task<Server> PutMetadataAsync(
        HttpContext context, Server server, IReadOnlyDictionary<string, string> items, bool replace)
    {
        var limit = (await quotas.GetForServersAsync(
            Caller.Of(context).ProjectId, context.RequestAborted))[QuotaResources.MetadataItems].Limit;
        return await ChangeMetadataAsync(context, server, "update metadata", metadata =>
        {
            if (replace)
                metadata.Clear();
            foreach (var (key, value) in items)
                metadata[key] = value;
            if (limit >= 0 && metadata.Count > limit)
                throw new Fault(StatusCodes.Status403Forbidden, $"Maximum number of metadata items exceeds {limit}");
        });
    }

    /// <exception cref="Fault">409: the server's state or lock forbids it.</exception>
    public Task<Server> DeleteMetadataAsync(HttpContext context, Server server, string key)
        => ChangeMetadataAsync(context, server, "delete metadata", metadata => metadata.Remove(key));

    /// <summary>
    /// Changes the server's tags, even if it is locked. A refusal calls the change <paramref name="doing"/>.
    /// </summary>
    /// <exception cref="Fault">409: the server's state forbids it; or the fault that <paramref name="change"/>
    /// throws.</exception>
    public Task<Server> ChangeTagsAsync(
        Server server, string doing, Func<IReadOnlyList<string>, IReadOnlyList<string>> change)
        => ChangeAsync(server, now =>
        {
            Changeable.Check(now, doing);
            return now with { Labels = now.Labels with { Tags = change(now.Labels.Tags) } };
        });

    private Task<Server> ChangeMetadataAsync(
        HttpContext context, Server server, string doing, Action<IDictionary<string, string>> change)
        => ChangeAsync(server, now =>
        {
            ServerLock.Refuse(context, now);
            Changeable.Check(now, doing);
            var metadata = new OrderedDictionary<string, string>(now.Metadata, StringComparer.Ordinal);
            change(metadata);
            return now with { Metadata = metadata, UpdatedAt = time.UtcNow() };
        });

    private async Task<Server> ChangeAsync(Server server, Func<Server, Server> change)
        => await store.ChangeNotesAsync(server.Id, change, CancellationToken.None)
            ?? throw Fault.NotFound($"Instance {server.Id} could not be found.");
}
