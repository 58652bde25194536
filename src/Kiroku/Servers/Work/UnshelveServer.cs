using System.Text.Json;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hosts;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;

namespace Kiroku.Servers.Work;

/// <summary>unshelve: finds a host with room for the server and brings it up there on the disk that was kept.</summary>
internal sealed class UnshelveServer(ServiceSettings settings) : Workflow
{
    public override string Action => ActionNames.Unshelve;

    protected override StateRule Allowed { get; } = new(VmStates.Shelved, VmStates.ShelvedOffloaded);

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.ScheduleInstances, ct => work.PlaceAsync(work.Server.Flavor.Claim, ct))
        {
            Undo = ct => work.SaveAsync(s => s with { Host = null, Claim = Claim.None }, ct),
        },
        new(EventNames.Unshelve, ct => work.Machines.StartAsync(work.Server, ct))
        {
            TaskState = TaskStates.Spawning,
            Undo = ct => work.Machines.UndefineAsync(work.Server, ct),
        },
    ];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running, LaunchedAt = work.Now };

    public override Server Failed(ServerWork work, ServerFault fault) => work.Server with { PowerState = MachineState.Off };

    /// <summary>The host that a request wants the server on; null for any.</summary>
    public static string? HostIn(JsonElement body, Microversion version)
        => version >= 91 && Wishes(body) is { } wishes && wishes.TryGetProperty("host", out var host) ? host.GetString() : null;

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var version = new Microversion(request.Microversion);
        var body = request.ReadBody();
        var zone = default(JsonElement);
        var zoned = version >= 77 && Wishes(body) is { } wishes && wishes.TryGetProperty("availability_zone", out zone);
        var host = HostIn(body, version);
        if ((zoned || host is not null) && server.VmState != VmStates.ShelvedOffloaded)
        {
            throw Fault.Conflict($"Specifying an availability zone or a host when unshelving server \"{server.Id}\" with status "
                + $"\"{server.VmState}\" is not supported. The server status must be SHELVED_OFFLOADED.");
        }
        if (zoned && zone.GetString() is { Length: > 0 } named)
            Zones.Require(named);
        if (host is not null && host != settings.Host)
            throw Fault.BadRequest($"Compute host {host} could not be found.");
        return ShowTaskState(
            zoned ? server with { Labels = server.Labels with { PinnedZone = zone.GetString() } } : server, TaskStates.Unshelving);
    }

    private static JsonElement? Wishes(JsonElement body)
        => body.TryGetProperty("unshelve", out var wishes) && wishes.ValueKind == JsonValueKind.Object ? wishes : null;
}
