using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Networks;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Work;

/// <summary>
/// removeSecurityGroup: the card of a server, which may run, is taken out of a security group, if need be of its last
/// one, and then nothing passes (nova/network/security_group_api.py, remove_from_instance).
/// </summary>
internal sealed class RemoveSecurityGroup(
    ServerStore store, ProjectGroups groups, GroupChoice choice, TimeProvider time) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-security-groups:remove");

    private const string Name = "removeSecurityGroup";

    public string Key => Name;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        var (server, group) = await AddSecurityGroup.FindAsync(context, (serverId, Name, Rule), store, (choice, body));
        if (!server.GroupIds.Contains(group.Id))
        {
            throw Fault.NotFound(
                $"Security group {group.Name} not associated with the instance {server.Id}");
        }
        await groups.RequireEnforcedAsync(context.RequestAborted);
        await groups.KeepAsync(group, context.RequestAborted);
        await store.ChangeNotesAsync(server.Id, now => now with
        {
            Labels = now.Labels with { Groups = [.. now.GroupIds.Where(id => id != group.Id)] },
            UpdatedAt = time.UtcNow(),
        }, CancellationToken.None);
        return new Answer(RequestId.Of(context), StatusCodes.Status202Accepted);
    }
}
