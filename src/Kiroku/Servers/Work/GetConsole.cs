using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// os-getVNCConsole and its like, up to 2.5: machines have no screen that could be looked at from outside, so every
/// kind is unavailable, as in a Nova where it is not enabled (nova/api/openstack/compute/remote_consoles.py).
/// </summary>
internal sealed class GetConsole(ConsoleKind kind, ServerStore store) : IServerAction
{
    private readonly Schema body = Schema.Body(
        kind.Key, Schema.Object(("type", Schema.OneWordOf([.. kind.Types]))) with { Required = ["type"] });

    public string Key => kind.Key;

    public Microversion Until { get; } = new(5);

    public async Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement asked)
    {
        body.Require(asked, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.Consoles);
        throw Unavailable(server, asked.GetProperty(Key).TextOf("type"));
    }

    /// <summary>409 for a server that is on no host, else 400.</summary>
    public static Fault Unavailable(Server server, string? type) => server.Host is null
        ? Fault.Conflict($"Instance {server.Id} is not ready")
        : Unavailable(type);

    public static Fault Unavailable(string? type) => Fault.BadRequest($"Unavailable console type {type}.");
}
