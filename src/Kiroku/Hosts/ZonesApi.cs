using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Nodes;
using Host = Kiroku.Nodes.Host;

namespace Kiroku.Hosts;

/// <summary>
/// os-availability-zone and os-aggregates (nova/api/openstack/compute/availability_zone.py, aggregates.py).
/// </summary>
internal static class ZonesApi
{
    public static void MapZoneRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-aggregates", ListAggregates);
        app.MapGet("/os-availability-zone", List);
        app.MapGet("/os-availability-zone/detail", Detail);
    }

    /// <summary>Lists no aggregates: there are none, but clients ask for those that a hypervisor is in.</summary>
    private static JsonResponse ListAggregates(HttpContext context)
    {
        Caller.Of(context).Require(HostRules.AggregatesList, Caller.Of(context).ProjectId);
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
        Caller.Of(context).Require(HostRules.ZonesList, Caller.Of(context).ProjectId);
        return Show(await hosts.ListAsync(context.RequestAborted), (json, _) => json.WriteNull("hosts"));
    }

    private static async Task<IResult> Detail(HttpContext context, HostWatch hosts)
    {
        Caller.Of(context).Require(HostRules.ZonesDetail, Caller.Of(context).ProjectId);
        return Show(await hosts.ListAsync(context.RequestAborted), WriteHosts);
    }

    private static JsonResponse Show(IReadOnlyList<Host> hosts, Action<Utf8JsonWriter, Zone> writeHosts)
        => JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("availabilityZoneInfo");
            foreach (var zone in Zones.Of(hosts))
            {
                json.WriteStartObject();
                json.WriteString("zoneName", zone.Name);
                json.WriteStartObject("zoneState");
                json.WriteBoolean("available", zone.IsAvailable);
                json.WriteEndObject();
                if (zone.IsAvailable)
                    writeHosts(json, zone);
                else
                    json.WriteNull("hosts");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });

    /// <summary>Writes the hosts of a zone, without the disabled ones.</summary>
    private static void WriteHosts(Utf8JsonWriter json, Zone zone)
    {
        json.WriteStartObject("hosts");
        foreach (var host in zone.Hosts)
        {
            json.WriteStartObject(host.Name);
            json.WriteStartObject(Service.Binary);
            json.WriteBoolean("available", host.IsUp);
            json.WriteBoolean("active", true);
            ServicesApi.WriteSeen(json, host);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
