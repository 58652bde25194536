using System.Text.Json;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Nodes;

namespace Kiroku.Servers.Work;

/// <summary>migrate: has an administrator move the server to another host, with the flavor it has; see <see cref="MovingWorkflow"/>.</summary>
internal sealed class MigrateServer(HostWatch hosts) : MovingWorkflow
{
    public const string Key = "migrate";

    public override string Action => ActionNames.Migrate;

    /// <summary>The host that a request wants the server on; null for any other.</summary>
    public static string? HostIn(JsonElement body, Microversion version)
        => version >= 56 && body.TryGetProperty(Key, out var wishes) && wishes.ValueKind == JsonValueKind.Object && wishes.TryGetProperty("host", out var host)
            ? host.GetString() : null;

    protected override async Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var host = HostIn(request.ReadBody(), new Microversion(request.Microversion));
        if (host is not null && await hosts.FindAsync(host, cancellationToken) is null)
            throw Fault.BadRequest($"Compute host {host} could not be found.");
        if (host == server.Host)
            throw Fault.BadRequest("Cannot migrate to the host where the server exists.");
        var asked = new ResizeArguments(server.Flavor, server.Generation!.Value) { Host = host, Leaves = true };
        return new Accepted(
            server with { TaskState = TaskStates.ResizePrep, FormerVmState = server.VmState },
            JsonSerializer.Serialize(asked, ServerJson.Default.ResizeArguments));
    }
}
