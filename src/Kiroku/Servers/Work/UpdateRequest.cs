using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.State;
using Kiroku.Servers.Views;

namespace Kiroku.Servers.Work;

/// <summary>
/// What an update gives a server to be called by, and a rebuild too, once its form is right; under /v2 it may hold keys
/// of later versions, which do not count.
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
