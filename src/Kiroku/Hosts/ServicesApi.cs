using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity;
using Kiroku.Storage;

namespace Kiroku.Hosts;

/// <summary>os-services and os-availability-zone: which hosts there are and whether they answer (nova/api/openstack/compute/services.py).</summary>
internal static class ServicesApi
{
    /// <summary>What Nova calls the part that looks after a host's machines; Kiroku's one process is all parts.</summary>
    public const string Binary = "nova-compute";

    private const int NumberBeforeUuids = 1;

    public static void MapServiceRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-services", List);
        app.MapGet("/os-aggregates", ListAggregates);
        app.MapGet("/os-availability-zone", ListZones);
        app.MapGet("/os-availability-zone/detail", DetailZones);
    }

    /// <summary>The id of what there is one of: from 2.53 on a UUID, before that a number.</summary>
    public static void WriteId(Utf8JsonWriter json, Microversion version, Guid id)
    {
        if (version >= 53)
            json.WriteString("id", id);
        else
            json.WriteNumber("id", NumberBeforeUuids);
    }

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

    private static void Write(Utf8JsonWriter json, Microversion version, Host host)
    {
        json.WriteStartObject();
        json.WriteString("binary", Binary);
        json.WriteString("host", host.Name);
        WriteId(json, version, host.ServiceId);
        json.WriteString("zone", Zones.Default);
        json.WriteString("status", "enabled");
        json.WriteString("state", host.IsUp ? "up" : "down");
        WriteSeen(json, host);
        json.WriteNull("disabled_reason");
        if (version >= 11)
            json.WriteBoolean("forced_down", false);
        json.WriteEndObject();
    }

    /// <summary>There are none, but clients ask for those that a hypervisor is in.</summary>
    private static JsonResponse ListAggregates(HttpContext context)
    {
        Caller.Of(context).Require(Rules.AggregatesList, Caller.Of(context).ProjectId);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("aggregates");
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> ListZones(HttpContext context, HostWatch hosts)
    {
        Caller.Of(context).Require(Rules.ZonesList, Caller.Of(context).ProjectId);
        return ShowZone(await hosts.LookAsync(context.RequestAborted), (json, _) => json.WriteNull("hosts"));
    }

    private static async Task<IResult> DetailZones(HttpContext context, HostWatch hosts)
    {
        Caller.Of(context).Require(Rules.ZonesDetail, Caller.Of(context).ProjectId);
        return ShowZone(await hosts.LookAsync(context.RequestAborted), WriteHosts);
    }

    private static JsonResponse ShowZone(Host host, Action<Utf8JsonWriter, Host> writeHosts) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("availabilityZoneInfo");
        json.WriteStartObject();
        json.WriteString("zoneName", Zones.Default);
        json.WriteStartObject("zoneState");
        json.WriteBoolean("available", true);
        json.WriteEndObject();
        writeHosts(json, host);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteHosts(Utf8JsonWriter json, Host host)
    {
        json.WriteStartObject("hosts");
        json.WriteStartObject(host.Name);
        json.WriteStartObject(Binary);
        json.WriteBoolean("available", host.IsUp);
        json.WriteBoolean("active", true);
        WriteSeen(json, host);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSeen(Utf8JsonWriter json, Host host)
        => json.WriteString("updated_at", host.SeenAt is { } seen ? Timestamps.Format(seen) : null);
}
