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

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        await CallersServer.FindAsync(context, serverId, store, rule);
        throw Fault.NotSupported();
    }
}
