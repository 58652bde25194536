using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>An action that Nova has and Kiroku does not: a caller whom its rule allows it gets a 501.</summary>
internal sealed class UnsupportedAction(string key, Rule rule, ServerStore store) : IServerAction
{
    public string Key => key;

    /// <summary>The states that a server must be in, unlocked; null where neither is looked at.</summary>
    public StateRule? Allowed { get; init; }

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, rule);
        if (Allowed is not null)
        {
            ServerLock.Refuse(context, server);
            Allowed.Check(server, Key);
        }
        throw Fault.NotSupported();
    }
}
