using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity;
using Kiroku.Storage;

namespace Kiroku.Hosts;

/// <summary>os-services: whether hosts answer and are to be given servers (nova/api/openstack/compute/services.py).</summary>
internal static class ServicesApi
{
    /// <summary>What Nova calls the part that looks after a host's machines; Kiroku's one process is all parts.</summary>
    public const string Binary = "nova-compute";

    private const int NumberBeforeUuids = 1;

    public static void MapServiceRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-services", List);
        app.MapPut("/os-services/{id}", Update);
    }

    /// <summary>The id of what there is one of: from 2.53 on a UUID, before that a number.</summary>
    public static void WriteId(Utf8JsonWriter json, Microversion version, Guid id)
    {
        if (version >= 53)
            json.WriteString("id", id);
        else
            json.WriteNumber("id", NumberBeforeUuids);
    }

    public static void WriteSeen(Utf8JsonWriter json, Host host)
        => json.WriteString("updated_at", host.SeenAt is { } seen ? Timestamps.Format(seen) : null);

    private static async Task<IResult> List(HttpContext context, HostWatch hosts)
    {
        Caller.Of(context).Require(Rules.ServicesList, Caller.Of(context).ProjectId);
        var (version, parameters) = (Microversions.Of(context), new QueryParameters(context.Request));
        if (version >= 75)
            parameters.RefuseUnknown("host", "binary");
        var host = await hosts.LookAsync(context.RequestAborted);
        var asked = (parameters.Last("host") ?? host.Name) == host.Name && (parameters.Last("binary") ?? Binary) == Binary;
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("services");
            if (asked)
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
        Caller.Of(context).Require(Rules.ServicesUpdate, Caller.Of(context).ProjectId);
        var change = version >= 53 ? ServiceChange.Of(body) : ServiceChange.Of(id, body, version);
        var host = await hosts.LookAsync(context.RequestAborted);
        if (version >= 53)
            RequireId(host, id);
        else
            RequireName(host, body);
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

    private static void RequireId(Host host, string id)
    {
        if (!string.Equals(id, host.ServiceId.ToString(), StringComparison.OrdinalIgnoreCase))
            throw Fault.NotFound($"Service {id} could not be found.");
    }

    private static void RequireName(Host host, JsonElement body)
    {
        var (name, binary) = (body.GetProperty("host").GetString(), body.GetProperty("binary").GetString());
        if (binary != Binary)
            throw Fault.BadRequest($"Updating a {binary} service is not supported. Only {Binary} services can be updated.");
        if (name != host.Name)
            throw Fault.NotFound($"Host '{name}' is not mapped to any cell");
    }

    private static void Write(Utf8JsonWriter json, Microversion version, Host host)
    {
        json.WriteStartObject();
        json.WriteString("binary", Binary);
        json.WriteString("host", host.Name);
        WriteId(json, version, host.ServiceId);
        json.WriteString("zone", Zones.Default);
        json.WriteString("status", host.Service.Status);
        json.WriteString("state", host.IsUp ? "up" : "down");
        WriteSeen(json, host);
        json.WriteString("disabled_reason", host.Service.DisabledReason);
        if (version >= 11)
            json.WriteBoolean("forced_down", host.Service.ForcedDown);
        json.WriteEndObject();
    }
}
