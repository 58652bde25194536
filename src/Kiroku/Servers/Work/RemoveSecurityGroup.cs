using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Networks;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>removeSecurityGroup: refused, because what a card lets through follows from its network alone.</summary>
internal sealed class RemoveSecurityGroup(ServerStore store) : IServerAction
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-security-groups:remove");

    private const string Name = "removeSecurityGroup";

    public string Key => Name;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        await AddSecurityGroup.RequireGroupAsync(context, (serverId, Name, Rule), store, body);
        throw new Fault(403, Refusals.Groups);
    }
}
