using System.Globalization;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Nodes;
using Host = Kiroku.Nodes.Host;

namespace Kiroku.Hosts;

/// <summary>
/// os-hypervisors: the hosts for administrators, by their ids (nova/api/openstack/compute/hypervisors.py).
/// </summary>
internal static class HypervisorsApi
{
    private const int MaxLimit = 1000;
    private static readonly string[] Query = ["limit", "marker", "hypervisor_hostname_pattern", "with_servers"];

    public static void MapHypervisorRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-hypervisors",
            (HttpContext context, HostWatch hosts) => ListAsync(context, hosts, HostRules.HypervisorsList));
        app.MapGet("/os-hypervisors/detail",
            (HttpContext context, HostWatch hosts) => ListAsync(context, hosts, HostRules.HypervisorsDetail));
        app.MapGet("/os-hypervisors/statistics", ShowStatistics);
        app.MapGet("/os-hypervisors/{id}", Show);
        app.MapGet("/os-hypervisors/{id}/uptime", ShowUptime);
        app.MapGet("/os-hypervisors/{pattern}/search",
            (HttpContext context, string pattern, HostWatch hosts) => SearchAsync(
                context, pattern, hosts, withServers: false));
        app.MapGet("/os-hypervisors/{pattern}/servers",
            (HttpContext context, string pattern, HostWatch hosts) => SearchAsync(
                context, pattern, hosts, withServers: true));
    }

    private static async Task<IResult> ListAsync(HttpContext context, HostWatch hosts, Rule rule)
    {
        var version = Require(context, rule);
        var parameters = new QueryParameters(context.Request);
        if (version >= 53)
            parameters.RefuseUnknown(Query);
        var limit = version >= 33 ? parameters.LastLimit(MaxLimit) : int.MaxValue;
        var marker = version >= 33 ? parameters.Last("marker") : null;
        var pattern = version >= 53 ? parameters.Last("hypervisor_hostname_pattern") : null;
        if (pattern is not null && (parameters.Has("limit") || marker is not null))
            throw Fault.BadRequest(
                "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not supported.");
        var all = await ListAsync(hosts, context.RequestAborted);
        var page = pattern is not null ? Matching(all, pattern) : [.. After(all, marker, version).Take(limit)];
        var servers = await ServersAsync(version >= 53 && WithServers(parameters), page, hosts, context.RequestAborted);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("hypervisors");
            foreach (var host in page)
                new HypervisorView(version).Write(json, host, rule == HostRules.HypervisorsDetail, servers);
            json.WriteEndArray();
            if (version >= 33 && pattern is null)
                parameters.WriteNextLink(json, "hypervisors_links", page.Count, limit,
                    page.Count > 0 ? IdIn(version, page[^1]) : null, always: false);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Show(HttpContext context, string id, HostWatch hosts)
    {
        var version = Require(context, HostRules.HypervisorsShow);
        var parameters = new QueryParameters(context.Request);
        if (version >= 53)
            parameters.RefuseUnknown("with_servers");
        var host = await FindAsync(id, version, hosts, context.RequestAborted);
        var servers = await ServersAsync(
            version >= 53 && WithServers(parameters), [host], hosts, context.RequestAborted);
        return Document("hypervisor", json => new HypervisorView(version).Write(json, host, detailed: true, servers));
    }

    private static async Task<IResult> ShowUptime(HttpContext context, string id, HostWatch hosts)
    {
        var version = RequireBefore(88, context, HostRules.HypervisorsUptime);
        var host = await FindAsync(id, version, hosts, context.RequestAborted);
        if (!host.IsUp)
            throw Fault.BadRequest($"Compute service of {host.Name} is unavailable at this time.");
        if (host.Node.Uptime is null)
            throw Fault.NotSupported();
        return Document("hypervisor", json => new HypervisorView(version).WriteWithUptime(json, host));
    }

    private static async Task<IResult> ShowStatistics(HttpContext context, HostWatch hosts)
    {
        RequireBefore(88, context, HostRules.HypervisorsStatistics);
        var all = await ListAsync(hosts, context.RequestAborted);
        return Document("hypervisor_statistics",
            json => HypervisorView.WriteStatistics(json, [.. all.Where(host => !host.Service.Disabled)]));
    }

    private static async Task<IResult> SearchAsync(
        HttpContext context, string pattern, HostWatch hosts, bool withServers)
    {
        var version =
            RequireBefore(53, context, withServers ? HostRules.HypervisorsServers : HostRules.HypervisorsSearch);
        var found = Matching(await ListAsync(hosts, context.RequestAborted), pattern);
        var servers = await ServersAsync(withServers, found, hosts, context.RequestAborted);
        return Document("hypervisors", json =>
        {
            json.WriteStartArray();
            foreach (var host in found)
                new HypervisorView(version).Write(json, host, detailed: false, servers);
            json.WriteEndArray();
        });
    }

    private static JsonResponse Document(string key, Action<Utf8JsonWriter> write) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName(key);
        write(json);
        json.WriteEndObject();
    });

    private static Microversion Require(HttpContext context, Rule rule)
    {
        Caller.Of(context).Require(rule, Caller.Of(context).ProjectId);
        return Microversions.Of(context);
    }

    /// <exception cref="Fault">404: the version no longer has the route.</exception>
    private static Microversion RequireBefore(int gone, HttpContext context, Rule rule)
        => Microversions.Of(context) is var version && version >= gone
            ? throw Fault.NotFound($"API version '2.{version.Minor}' is not supported on this method.")
            : Require(context, rule);

    private static async Task<IReadOnlyList<Host>> ListAsync(HostWatch hosts, CancellationToken cancellationToken)
        => [.. (await hosts.ListUsedAsync(cancellationToken)).OrderBy(host => host.Number)];

    private static async Task<ILookup<string, (Guid, string)>?> ServersAsync(
        bool asked, IEnumerable<Host> shown, HostWatch hosts, CancellationToken cancellationToken)
        => asked ? await hosts.ListServersAsync(shown, cancellationToken) : null;

    private static async Task<Host> FindAsync(
        string id, Microversion version, HostWatch hosts, CancellationToken cancellationToken)
    {
        if (version >= 53 && !Guid.TryParse(id, out _))
            throw Fault.BadRequest($"Invalid uuid {id}");
        return (await hosts.ListUsedAsync(cancellationToken)).FirstOrDefault(host => IsId(id, version, host))
            ?? throw Fault.NotFound($"Hypervisor with ID '{id}' could not be found.");
    }

    private static IEnumerable<Host> After(IReadOnlyList<Host> hosts, string? marker, Microversion version)
    {
        if (marker is null)
            return hosts;
        var last = hosts.FirstOrDefault(host => IsId(marker, version, host))
            ?? throw Fault.BadRequest($"marker [{marker}] not found");
        return hosts.SkipWhile(host => host != last).Skip(1);
    }

    private static bool IsId(string id, Microversion version, Host host)
        => string.Equals(id, IdIn(version, host), StringComparison.OrdinalIgnoreCase);

    private static string IdIn(Microversion version, Host host)
        => version >= 53 ? host.Id.ToString() : host.Number.ToString(CultureInfo.InvariantCulture);

    private static List<Host> Matching(IEnumerable<Host> hosts, string pattern)
    {
        var found = hosts.Where(host => host.Name.Contains(pattern, StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count > 0 ? found : throw Fault.NotFound($"No hypervisor matching '{pattern}' could be found.");
    }

    private static bool WithServers(QueryParameters parameters)
        => parameters.Last("with_servers") is { } text && (Truth.TryParse(text, out var truth) ? truth
            : throw QueryParameters.Invalid(
                "with_servers", text, $"{PythonText.Quote(text)} is not one of the words for true and false"));
}
