using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity;

namespace Kiroku.Hosts;

/// <summary>os-availability-zone and os-aggregates (nova/api/openstack/compute/availability_zone.py, aggregates.py).</summary>
internal static class ZonesApi
{
    public static void MapZoneRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-aggregates", ListAggregates);
        app.MapGet("/os-availability-zone", List);
        app.MapGet("/os-availability-zone/detail", Detail);
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

    private static async Task<IResult> List(HttpContext context, HostWatch hosts)
    {
        Caller.Of(context).Require(Rules.ZonesList, Caller.Of(context).ProjectId);
        return Show(await hosts.LookAsync(context.RequestAborted), (json, _) => json.WriteNull("hosts"));
    }

    private static async Task<IResult> Detail(HttpContext context, HostWatch hosts)
    {
        Caller.Of(context).Require(Rules.ZonesDetail, Caller.Of(context).ProjectId);
        return Show(await hosts.LookAsync(context.RequestAborted), WriteHosts);
    }

    /// <summary>A zone whose every host is disabled is not available, and its hosts are not told.</summary>
    private static JsonResponse Show(Host host, Action<Utf8JsonWriter, Host> writeHosts) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("availabilityZoneInfo");
        json.WriteStartObject();
        json.WriteString("zoneName", Zones.Default);
        json.WriteStartObject("zoneState");
        json.WriteBoolean("available", !host.Service.Disabled);
        json.WriteEndObject();
        if (host.Service.Disabled)
            json.WriteNull("hosts");
        else
            writeHosts(json, host);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteHosts(Utf8JsonWriter json, Host host)
    {
        json.WriteStartObject("hosts");
        json.WriteStartObject(host.Name);
        json.WriteStartObject(ServicesApi.Binary);
        json.WriteBoolean("available", host.IsUp);
        json.WriteBoolean("active", true);
        ServicesApi.WriteSeen(json, host);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
