using System.Text.Json;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Scheduling;

namespace Kiroku.Servers.Work;

/// <summary>unshelve: finds a host with room for the server and brings it up there on the disk that was kept.</summary>
internal sealed class UnshelveServer(HostWatch hosts) : Workflow
{
    public override string Action => ActionNames.Unshelve;

    protected override StateRule Allowed { get; } = new(VmStates.Shelved, VmStates.ShelvedOffloaded);

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.ScheduleInstances, ct => work.PlaceAsync(new PlaceWish { OnlyHost = work.Arguments(ServerJson.Default.UnshelveArguments).Host }, ct))
        {
            Host = () => work.Node,
            Undo = ct => work.SaveAsync(s => s with { Host = null, Claim = Claim.None }, ct),
        },
        new(EventNames.Unshelve, async ct =>
        {
            if (MoveOf(work) is { } move)
            {
                await move.RunAsync(work, work.Server.Flavor, ct);
                await work.SaveAsync(s => s with { Generation = move.Next, DiskHost = move.To, OtherHost = move.From }, ct);
            }
            await work.LeaveOtherHostAsync(work.Server.Generation!.Value - 1, ct);
            await work.Machines.StartAsync(work.Server, ct);
        })
        {
            TaskState = TaskStates.Spawning,
            Undo = async ct =>
            {
                await work.Machines.UndefineAsync(work.Server, ct);
                if (MoveOf(work) is { } move)
                    await move.UndoAsync(work, ct);
            },
        },
    ];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running, LaunchedAt = work.Now };

    public override Server Failed(ServerWork work, ServerFault fault) => work.Server with { PowerState = MachineState.Off };

    /// <summary>The host that a request wants the server on; null for any.</summary>
    public static string? HostIn(JsonElement body, Microversion version)
        => version >= 91 && Wishes(body) is { } wishes && wishes.TryGetProperty("host", out var host) ? host.GetString() : null;

    protected override async Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
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
        var pinned = !zoned ? server.Labels.PinnedZone : zone.GetString() is { Length: > 0 } named ? named : null;
        if (zoned && pinned is not null)
            await Zones.RequireAsync(hosts, pinned, cancellationToken);
        if (host is not null)
            await RequireInZoneAsync(host, pinned, cancellationToken);
        return await ShowTaskState(
            server with { Labels = server.Labels with { PinnedZone = pinned } }, TaskStates.Unshelving,
            JsonSerializer.Serialize(new UnshelveArguments(host), ServerJson.Default.UnshelveArguments));
    }

    /// <exception cref="Fault">400 for a host that there is not, 409 for one in another zone than the server is to stay in.</exception>
    private async Task RequireInZoneAsync(string host, string? zone, CancellationToken cancellationToken)
    {
        var found = await hosts.FindAsync(host, cancellationToken) ?? throw Fault.BadRequest($"Compute host {host} could not be found.");
        if (zone is not null && zone != found.Zone)
            throw Fault.Conflict($"Host \"{host}\" is not in the availability zone \"{zone}\".");
    }

    /// <summary>How its disk comes to its host; null if it lies there.</summary>
    private static DiskMove? MoveOf(ServerWork work)
        => work.Server.DiskHost is { } from && from != work.Host ? new DiskMove(from, work.Host, work.Server.Generation!.Value) : null;

    private static JsonElement? Wishes(JsonElement body)
        => body.TryGetProperty("unshelve", out var wishes) && wishes.ValueKind == JsonValueKind.Object ? wishes : null;
}

/// <summary>The one host that will do; null for any.</summary>
internal sealed record UnshelveArguments(string? Host);
