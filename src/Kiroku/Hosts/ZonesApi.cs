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
    private const string Hosts = "hosts";

    /// <summary>Nova's zone of those services that have no machines; only administrators see it.</summary>
    private const string Internal = "internal";

    /// <summary>What Nova calls the services that a node with the role conductor is.</summary>
    private static readonly string[] ServicesOfConductors = ["nova-conductor", "nova-scheduler"];

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
        var zones = Zones.Of(await hosts.ListAsync(context.RequestAborted));
        return Show(json =>
        {
            foreach (var zone in zones)
                WriteZone(json, zone, () => json.WriteNull(Hosts));
        });
    }

    private static async Task<IResult> Detail(HttpContext context, HostWatch hosts)
    {
        Caller.Of(context).Require(HostRules.ZonesDetail, Caller.Of(context).ProjectId);
        var zones = Zones.Of(await hosts.ListAsync(context.RequestAborted));
        var conductors = await hosts.ListConductorsAsync(context.RequestAborted);
        return Show(json =>
        {
            foreach (var zone in zones)
                WriteZone(json, zone, () => WriteHosts(json, zone.Hosts, host => host.IsUp, Service.Binary));
            WriteZone(
                json, new Zone(Internal, conductors),
                () => WriteHosts(json, conductors, host => host.IsPresent, ServicesOfConductors));
        });
    }

    private static JsonResponse Show(Action<Utf8JsonWriter> writeZones) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("availabilityZoneInfo");
        writeZones(json);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteZone(Utf8JsonWriter json, Zone zone, Action writeHosts)
    {
        json.WriteStartObject();
        json.WriteString("zoneName", zone.Name);
        json.WriteStartObject("zoneState");
        json.WriteBoolean("available", zone.IsAvailable);
        json.WriteEndObject();
        if (zone.IsAvailable)
            writeHosts();
        else
            json.WriteNull(Hosts);
        json.WriteEndObject();
    }

    /// <summary>Writes hosts with their services, of which none is disabled.</summary>
    private static void WriteHosts(
        Utf8JsonWriter json, IEnumerable<Host> hosts, Predicate<Host> isUp, params string[] services)
    {
        json.WriteStartObject(Hosts);
        foreach (var host in hosts)
        {
            json.WriteStartObject(host.Name);
            foreach (var service in services)
            {
                json.WriteStartObject(service);
                json.WriteBoolean("available", isUp(host));
                json.WriteBoolean("active", true);
                ServicesApi.WriteSeen(json, host);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
