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
        Name = Text("name")?.Trim() ?? server.Name,
        Description = version >= 19 && update.TryGetProperty("description", out _)
            ? Text("description")
            : server.Description,
        Labels = server.Labels with
        {
            AccessIpv4 = Text("accessIPv4") ?? server.Labels.AccessIpv4,
            AccessIpv6 = ServerAddresses.Canonical(Text("accessIPv6")) ?? server.Labels.AccessIpv6,
            DiskConfig = Text("OS-DCF:diskConfig") ?? server.Labels.DiskConfig,
            Hostname = version >= 90 ? Text("hostname") ?? server.Labels.Hostname : server.Labels.Hostname,
        },
    };

    private string? Text(string key)
        => update.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
