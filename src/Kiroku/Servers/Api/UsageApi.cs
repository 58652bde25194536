using System.Globalization;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Api;

/// <summary>
/// os-simple-tenant-usage: how long projects had servers, deleted ones included
/// (nova/api/openstack/compute/simple_tenant_usage.py).
/// </summary>
internal static class UsageApi
{
    /// <summary>
    /// As Python's strptime, these formats accept months, days, hours, minutes and seconds of one digit.
    /// </summary>
    private static readonly string[] Formats = ["yyyy-M-d'T'H:m:s", "yyyy-M-d'T'H:m:s.FFFFFF", "yyyy-M-d H:m:s.FFFFFF"];

    public static void MapUsage(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-simple-tenant-usage", List);
        app.MapGet("/os-simple-tenant-usage/{projectId}", Show);
    }

    private static async Task<IResult> List(
        HttpContext context, ServerStore store, IOptions<ServersOptions> options, TimeProvider time)
    {
        Caller.Of(context).Require(ServerRules.UsageList, Caller.Of(context).ProjectId);
        var asked = Read(context, null, options.Value, time.UtcNow(), "detailed");
        var servers = await ListAsync(store, asked, context.RequestAborted);
        var detailed = new QueryParameters(context.Request).All("detailed").FirstOrDefault() == "1";
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("tenant_usages");
            foreach (var project in servers.GroupBy(server => server.ProjectId))
                new Usage(asked.Start, asked.End, time.UtcNow()).Write(json, [.. project], detailed);
            json.WriteEndArray();
            WriteLinks(json, context, "tenant_usages_links", servers, asked.Limit);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Show(
        HttpContext context, string projectId, ServerStore store, IOptions<ServersOptions> options, TimeProvider time)
    {
        Caller.Of(context).Require(ServerRules.UsageShow, projectId);
        var asked = Read(context, projectId, options.Value, time.UtcNow());
        var servers = await ListAsync(store, asked, context.RequestAborted);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("tenant_usage");
            new Usage(asked.Start, asked.End, time.UtcNow()).Write(json, servers, detailed: true);
            WriteLinks(json, context, "tenant_usage_links", servers, asked.Limit);
            json.WriteEndObject();
        });
    }

    private static UsageQuery Read(
        HttpContext context, string? projectId, ServersOptions options, DateTime now, params string[] more)
    {
        var (version, parameters) = (Microversions.Of(context), new QueryParameters(context.Request));
        if (version >= 75)
            parameters.RefuseUnknown([.. more, "start", "end", "limit", "marker"]);
        // As in Nova, a start or end that is left out is the present, and the end then comes a moment after the start.
        var (start, end) = (Time(parameters, "start") ?? now, Time(parameters, "end") ?? now.AddMicroseconds(1));
        if (start >= end)
            throw Fault.BadRequest("Invalid start time. The start time cannot occur after the end time.");
        var paged = version >= 40;
        return new UsageQuery(
            start, end < now ? end : now, projectId, paged ? parameters.LastLimit(options.MaxLimit) : int.MaxValue,
            paged ? parameters.Last("marker") : null);
    }

    private static DateTime? Time(QueryParameters parameters, string name)
    {
        if (parameters.All(name).FirstOrDefault() is not { Length: > 0 } text)
            return null;
        return DateTime.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Fault.BadRequest("Invalid datetime string: Datetime is in invalid format");
    }

    private static async Task<IReadOnlyList<Server>> ListAsync(
        ServerStore store, UsageQuery asked, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ListLivedAsync(asked, cancellationToken);
        }
        catch (UnknownMarkerException)
        {
            throw Fault.BadRequest($"Marker {asked.Marker} could not be found.");
        }
    }

    private static void WriteLinks(
        Utf8JsonWriter json, HttpContext context, string key, IReadOnlyList<Server> servers, int limit)
    {
        if (Microversions.Of(context) >= 40)
            new QueryParameters(context.Request).WriteNextLink(json, key, servers.Count, limit, servers.Count > 0
                ? servers[^1].Id.ToString()
                : null, always: false);
    }
}

/// <summary>Writes how much a project's servers used in a span of time.</summary>
internal readonly struct Usage(DateTime start, DateTime end, DateTime now)
{
    public void Write(Utf8JsonWriter json, IReadOnlyList<Server> servers, bool detailed)
    {
        json.WriteStartObject();
        if (servers.Count > 0)
            WriteProject(json, servers, detailed);
        json.WriteEndObject();
    }

    private void WriteProject(Utf8JsonWriter json, IReadOnlyList<Server> servers, bool detailed)
    {
        var usage = this;
        json.WriteString("tenant_id", servers[0].ProjectId);
        if (detailed)
        {
            json.WriteStartArray("server_usages");
            foreach (var server in servers)
                WriteServer(json, server);
            json.WriteEndArray();
        }
        json.WriteNumber("total_local_gb_usage", servers.Sum(server => server.Flavor.DiskGiB * usage.Hours(server)));
        json.WriteNumber("total_vcpus_usage", servers.Sum(server => server.Flavor.Vcpus * usage.Hours(server)));
        json.WriteNumber("total_memory_mb_usage", servers.Sum(server => server.Flavor.MemoryMiB * usage.Hours(server)));
        json.WriteNumber("total_hours", servers.Sum(usage.Hours));
        json.WriteString("start", Timestamps.Format(start));
        json.WriteString("stop", Timestamps.Format(end));
    }

    private void WriteServer(Utf8JsonWriter json, Server server)
    {
        var ended = server.TerminatedAt;
        json.WriteStartObject();
        json.WriteNumber("hours", Hours(server));
        json.WriteString("flavor", server.Flavor.Name);
        json.WriteString("instance_id", server.Id);
        json.WriteString("name", server.Name);
        json.WriteString("tenant_id", server.ProjectId);
        json.WriteNumber("memory_mb", server.Flavor.MemoryMiB);
        json.WriteNumber("local_gb", server.Flavor.DiskGiB);
        json.WriteNumber("vcpus", server.Flavor.Vcpus);
        json.WriteString("started_at", Timestamps.Format(server.LaunchedAt!.Value));
        json.WriteString("ended_at", ended is { } time ? Timestamps.Format(time) : null);
        json.WriteString("state", ended is null ? server.VmState : "terminated");
        json.WriteNumber("uptime", (long)((ended ?? now) - server.LaunchedAt.Value).TotalSeconds);
        json.WriteEndObject();
    }

    private double Hours(Server server)
    {
        var from = server.LaunchedAt > start ? server.LaunchedAt.Value : start;
        var to = server.TerminatedAt < end ? server.TerminatedAt.Value : end;
        return Math.Max((to - from).TotalHours, 0);
    }
}
