using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.State;
using Kiroku.Servers.Views;

namespace Kiroku.Servers.Work;

/// <summary>
/// The names that an update or a rebuild gives a server, after the schema is checked. Under /v2 the body may hold keys
/// of later versions, which are ignored.
/// </summary>
internal readonly struct UpdateRequest(JsonElement update, Microversion version)
{
    private readonly JsonElement update = update;

    public Server Applied(Server server) => server with
    {
        Name = update.TextOf("name")?.Trim() ?? server.Name,
        Description = version >= 19 && update.TryGetProperty("description", out _)
            ? update.TextOf("description")
            : server.Description,
        Labels = server.Labels with
        {
            AccessIpv4 = update.TextOf("accessIPv4") ?? server.Labels.AccessIpv4,
            AccessIpv6 = ServerAddresses.Canonical(update.TextOf("accessIPv6")) ?? server.Labels.AccessIpv6,
            DiskConfig = update.TextOf("OS-DCF:diskConfig") ?? server.Labels.DiskConfig,
            Hostname = version >= 90 ? update.TextOf("hostname") ?? server.Labels.Hostname : server.Labels.Hostname,
        },
    };
}
