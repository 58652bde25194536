using System.Globalization;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Nodes;
using Kiroku.Storage;
using Host = Kiroku.Nodes.Host;

namespace Kiroku.Hosts;

/// <summary>
/// os-services: shows and changes which hosts are up and may be given servers (nova/api/openstack/compute/services.py).
/// </summary>
internal static class ServicesApi
{
    public static void MapServiceRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-services", List);
        app.MapPut("/os-services/{id}", Update);
        app.MapDelete("/os-services/{id}", Delete);
    }

    /// <summary>The id of a host or of its service: from 2.53 on a UUID, before that the host's number.</summary>
    public static void WriteId(Utf8JsonWriter json, Microversion version, Host host, Guid id)
    {
        if (version >= 53)
            json.WriteString("id", id);
        else
            json.WriteNumber("id", host.Number);
    }

    public static void WriteSeen(Utf8JsonWriter json, Host host)
        => json.WriteString("updated_at", Timestamps.Format(host.SeenAt));

    private static async Task<IResult> List(HttpContext context, HostWatch hosts)
    {
        Caller.Of(context).Require(HostRules.ServicesList, Caller.Of(context).ProjectId);
        var (version, parameters) = (Microversions.Of(context), new QueryParameters(context.Request));
        if (version >= 75)
            parameters.RefuseUnknown("host", "binary");
        var (name, binary) = (parameters.Last("host"), parameters.Last("binary"));
        var asked = (await hosts.ListAsync(context.RequestAborted)).OrderBy(host => host.Number)
            .Where(host => (string.IsNullOrEmpty(name) || name == host.Name)
                && (string.IsNullOrEmpty(binary) || binary == Service.Binary)).ToList();
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("services");
            foreach (var host in asked)
                Write(json, version, host);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Update(HttpContext context, string id, HostWatch hosts, ServiceStore services)
    {
        var version = Microversions.Of(context);
        var body = await RequestBody.ReadAsync(context.Request);
        ServiceSchemas.Update(version).Require(body, Microversions.IsRelaxed(context));
        RequireUuid(version, id);
        Caller.Of(context).Require(HostRules.ServicesUpdate, Caller.Of(context).ProjectId);
        var change = version >= 53 ? ServiceChange.Of(body) : ServiceChange.Of(id, body, version);
        var all = await hosts.ListAsync(context.RequestAborted);
        var host = version >= 53 ? WithId(all, id) : Named(all, body);
        var service = await services.ChangeAsync(host.Name, change.Apply, context.RequestAborted);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("service");
            if (version >= 53)
                Write(json, version, host with { Service = service });
            else
                change.WriteEcho(json, body);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Delete(HttpContext context, string id, HostWatch hosts, HostRemoval removal)
    {
        var version = Microversions.Of(context);
        Caller.Of(context).Require(HostRules.ServicesDelete, Caller.Of(context).ProjectId);
        RequireUuid(version, id);
        if (version < 53 && !long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            throw Fault.BadRequest("Invalid input received: id must be an integer");
        var found = (await hosts.ListAsync(context.RequestAborted)).FirstOrDefault(
            host => version >= 53 ? IsId(host, id) : host.Number.ToString(CultureInfo.InvariantCulture) == id);
        await removal.RemoveAsync(found ?? throw Fault.NotFound($"Service {id} not found."), context.RequestAborted);
        return Results.NoContent();
    }

    private static void RequireUuid(Microversion version, string id)
    {
        if (version >= 53 && !Guid.TryParse(id, out _))
            throw Fault.BadRequest($"Invalid uuid {id}");
    }

    private static bool IsId(Host host, string id)
        => string.Equals(id, host.ServiceId.ToString(), StringComparison.OrdinalIgnoreCase);

    private static Host WithId(IReadOnlyList<Host> hosts, string id)
        => hosts.FirstOrDefault(host => IsId(host, id)) ?? throw Fault.NotFound($"Service {id} could not be found.");

    private static Host Named(IReadOnlyList<Host> hosts, JsonElement body)
    {
        var (name, binary) = (body.GetProperty("host").GetString(), body.GetProperty("binary").GetString());
        if (binary != Service.Binary)
            throw Fault.BadRequest(
                $"Updating a {binary} service is not supported. Only {Service.Binary} services can be updated.");
        return hosts.FirstOrDefault(host => host.Name == name)
            ?? throw Fault.NotFound($"Host '{name}' is not mapped to any cell");
    }

    private static void Write(Utf8JsonWriter json, Microversion version, Host host)
    {
        json.WriteStartObject();
        json.WriteString("binary", Service.Binary);
        json.WriteString("host", host.Name);
        WriteId(json, version, host, host.ServiceId);
        json.WriteString("zone", host.Zone);
        json.WriteString("status", host.Service.Status);
        json.WriteString("state", host.IsUp ? "up" : "down");
        WriteSeen(json, host);
        json.WriteString("disabled_reason", host.Service.DisabledReason);
        if (version >= 11)
            json.WriteBoolean("forced_down", host.Service.ForcedDown);
        json.WriteEndObject();
    }
}
