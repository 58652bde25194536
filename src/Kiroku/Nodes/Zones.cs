using Kiroku.Api;

namespace Kiroku.Nodes;

/// <summary>
/// Availability zones. A zone exists while a host is in it, and is available while an enabled host is in it.
/// </summary>
internal static class Zones
{
    /// <summary>The zones of these hosts: first the available ones by name, then the others.</summary>
    public static IReadOnlyList<Zone> Of(IEnumerable<Host> hosts) =>
    [
        .. hosts.GroupBy(
            host => host.Zone, (name, inIt) => new Zone(name, [.. inIt.Where(host => !host.Service.Disabled)]))
            .OrderByDescending(zone => zone.IsAvailable).ThenBy(zone => zone.Name, StringComparer.Ordinal),
    ];

    /// <exception cref="Fault">400 with Nova's words, if no such zone is available.</exception>
    public static async Task RequireAsync(HostWatch hosts, string zone, CancellationToken cancellationToken)
    {
        if (!Of(await hosts.ListAsync(cancellationToken)).Any(one => one.Name == zone && one.IsAvailable))
            throw Fault.BadRequest("The requested availability zone is not available");
    }
}

/// <summary>A zone and its enabled hosts.</summary>
internal sealed record Zone(string Name, IReadOnlyList<Host> Hosts)
{
    public bool IsAvailable => Hosts.Count > 0;
}
