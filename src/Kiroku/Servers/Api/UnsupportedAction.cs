using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>What Nova does for a key and Kiroku does not: 501 to whom its rule allows it.</summary>
internal sealed class UnsupportedAction(string key, Rule rule, ServerStore store) : IServerAction
{
    public string Key => key;

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body)
    {
        await CallersServer.FindAsync(context, serverId, store, rule);
        throw Fault.NotSupported();
    }
}
