using Kiroku.Api;
using Kiroku.Servers.State;
using Kiroku.Servers.Work;

namespace Kiroku.Servers.Api;

/// <summary>
/// remote-consoles, from 2.6 on: every console is unavailable, as by <see cref="GetConsole"/>
/// (nova/api/openstack/compute/remote_consoles.py).
/// </summary>
internal static class RemoteConsolesApi
{
    private const string Key = "remote_console";
    private const string Protocol = "protocol";
    private const string Rdp = "rdp";
    private const int First = 6;

    /// <summary>The version with VMware's consoles.</summary>
    private const int WithMks = 8;

    public static void MapRemoteConsoles(this IEndpointRouteBuilder app)
        => app.MapPost("/servers/{serverId}/remote-consoles", Create);

    private static async Task<IResult> Create(HttpContext context, string serverId, ServerStore store)
    {
        var version = Microversions.Of(context);
        if (version < First)
            throw Fault.NotFound();
        var body = await RequestBody.ReadAsync(context.Request);
        Body(version).Require(body, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.Consoles);
        var asked = body.GetProperty(Key);
        // Nova gave these up, so it does not look at the host.
        throw asked.TextOf(Protocol) == Rdp
            ? GetConsole.Unavailable(Rdp)
            : GetConsole.Unavailable(server, asked.TextOf("type"));
    }

    private static Schema Body(Microversion version)
    {
        string[] protocols = ["vnc", "spice", "serial", Rdp];
        string[] types = [.. ConsoleKind.All.SelectMany(kind => kind.Types)];
        return Schema.Body(Key, Schema.Object(
            (Protocol, Schema.OneWordOf(version >= WithMks ? [.. protocols, "mks"] : protocols)),
            ("type", Schema.OneWordOf(version >= WithMks ? [.. types, "webmks"] : types))) with
        {
            Required = [Protocol, "type"],
        });
    }
}
