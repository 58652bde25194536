using Kiroku.Api;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>
/// os-interface: the port of a server's one card, as the network service has it. None can be added or taken away
/// (nova/api/openstack/compute/attach_interfaces.py).
/// </summary>
internal static class InterfacesApi
{
    private const string Path = "/servers/{serverId}/os-interface";
    private const string Key = "interfaceAttachment";
    private const string Network = "net_id";
    private const string Port = "port_id";
    private const string Addresses = "fixed_ips";

    private static readonly StateRule Allowed = new(VmStates.Active, VmStates.Paused, VmStates.Stopped);

    /// <summary>The version in which a new card can have a tag.</summary>
    private const int WithTag = 49;

    public static void MapInterfaces(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, List);
        app.MapGet(Path + "/{portId}", Show);
        app.MapPost(Path, Attach);
        app.MapDelete(Path + "/{portId}", Detach);
    }

    private static async Task<IResult> List(HttpContext context, string serverId, ServerInterfaces interfaces)
    {
        var (server, port) = await interfaces.FindAsync(context, serverId, ServerRules.InterfacesList);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("interfaceAttachments");
            if (port is not null)
                ServerInterfaces.Write(json, Microversions.Of(context), server, port);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Show(
        HttpContext context, string serverId, string portId, ServerInterfaces interfaces)
    {
        var (server, found) = await interfaces.FindAsync(context, serverId, ServerRules.InterfacesShow);
        var port = ServerInterfaces.Require(found, portId);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName(Key);
            ServerInterfaces.Write(json, Microversions.Of(context), server, port);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Attach(HttpContext context, string serverId, ServerInterfaces interfaces)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        Body(Microversions.Of(context)).Require(body, Microversions.IsRelaxed(context));
        var (server, _) = await interfaces.FindAsync(context, serverId, ServerRules.InterfacesCreate);
        if (body.TryGetProperty(Key, out var asked))
        {
            if (asked.TextOf(Network) is not null && asked.TextOf(Port) is not null)
                throw Fault.BadRequest("Must not input both network_id and port_id");
            if (asked.TryGetProperty(Addresses, out _) && asked.TextOf(Network) is null)
                throw Fault.BadRequest("Must input network_id when request IP address");
        }
        ServerLock.Refuse(context, server);
        Allowed.Check(server, "attach_interface");
        throw Fault.BadRequest($"Attaching interfaces is not supported for instance {server.Id}.");
    }

    private static async Task<IResult> Detach(
        HttpContext context, string serverId, string portId, ServerInterfaces interfaces)
    {
        var (server, port) = await interfaces.FindAsync(context, serverId, ServerRules.InterfacesDelete);
        ServerLock.Refuse(context, server);
        Allowed.Check(server, "detach_interface");
        ServerInterfaces.Require(port, portId);
        throw Fault.NotSupported();
    }

    private static Schema Body(Microversion version)
    {
        var address = Schema.Object(("ip_address", Parameters.Address)) with { Required = ["ip_address"] };
        var attachment = Schema.Object(
            (Network, Parameters.Uuid), (Port, Parameters.Uuid),
            (Addresses, Schema.ArrayOf(address) with { MinItems = 1, MaxItems = 1 }));
        return Schema.Object((Key, version >= WithTag ? attachment.With("tag", Parameters.Tag) : attachment));
    }
}
