using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Scheduling;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>unshelve: finds a host with room for the server and brings it up there on the disk that was kept.</summary>
internal sealed class UnshelveServer(HostWatch hosts) : Workflow<UnshelveServer.Asked>
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-shelve:unshelve");

    public static readonly Rule RuleForHost = Rule.Admin("os_compute_api:os-shelve:unshelve_to_host");

    public override string Action => ActionNames.Unshelve;

    public override ActionRoute Route => new("unshelve", Rule) { Body = Body };

    protected override StateRule Allowed { get; } = new(VmStates.Shelved, VmStates.ShelvedOffloaded);

    public override IReadOnlyList<Step> Steps(ServerWork work) => [ScheduleInstances(work), Unshelve(work)];

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running, LaunchedAt = work.Now };

    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server with { PowerState = MachineState.Off };

    public override bool IsCancelable => true;

    public override Server Cancelled(ServerWork work, ServerFault fault) => Failed(work, fault);

    protected override Asked ReadAsked(JsonElement asked, Microversion version)
    {
        JsonElement? zone = version >= 77 ? Find(asked, "availability_zone") : null;
        return new Asked(
            zone is not null, zone?.GetString() is { Length: > 0 } named ? named : null,
            version >= 91 ? Find(asked, "host")?.GetString() : null);
    }

    protected override IEnumerable<Rule> FurtherRules(Asked asked) => asked.Host is null ? [] : [RuleForHost];

    protected override async Task<Accepted> PrepareAsync(
        Server server, Asked asked, ActionRequest request, CancellationToken cancellationToken)
    {
        if ((asked.NamesZone || asked.Host is not null) && server.VmState != VmStates.ShelvedOffloaded)
        {
            throw Fault.Conflict(
                $"Specifying an availability zone or a host when unshelving server \"{server.Id}\" with status "
                    + $"\"{server.VmState}\" is not supported. The server status must be SHELVED_OFFLOADED.");
        }
        var pinned = asked.NamesZone ? asked.Zone : server.Labels.PinnedZone;
        if (asked.Zone is not null)
            await Zones.RequireAsync(hosts, asked.Zone, cancellationToken);
        if (asked.Host is not null)
            await RequireInZoneAsync(asked.Host, pinned, cancellationToken);
        var shown = server with
        {
            TaskState = TaskStates.Unshelving,
            Labels = server.Labels with { PinnedZone = pinned },
        };
        return new Accepted(shown, new UnshelveArguments(asked.Host));
    }

    private static Step ScheduleInstances(ServerWork work)
    {
        var wish = new PlaceWish { OnlyHost = work.Arguments<UnshelveArguments>().Host };
        return new(EventNames.ScheduleInstances, ct => work.PlaceAsync(wish, ct))
        {
            Host = () => work.Node,
            Undo = ct => work.SaveAsync(s => s with { Host = null, Claim = Claim.None }, ct),
        };
    }

    private static Step Unshelve(ServerWork work) => new(EventNames.Unshelve, async ct =>
    {
        if (MoveOf(work) is { } move)
        {
            await move.RunAsync(work, work.Server.Flavor, ct);
            await work.SaveAsync(s => Brought(s, move), ct);
        }
        await work.LeaveOtherHostAsync(work.Server.Disk!.Generation - 1, ct);
        await work.Machines.StartAsync(work.Server, ct);
        await work.LookAtAddressesAsync(ct);
    })
    {
        TaskState = TaskStates.Spawning,
        Undo = ct => GiveUpAsync(work, ct),
    };

    private static async Task GiveUpAsync(ServerWork work, CancellationToken cancellationToken)
    {
        await work.Machines.UndefineAsync(work.Server, cancellationToken);
        if (MoveOf(work) is { } move)
            await move.UndoAsync(work, cancellationToken);
    }

    private static Server Brought(Server server, DiskMove move) => server with
    {
        Disk = new ServerDisk(move.To, move.Next),
        Other = new HostClaim(move.From, Claim.None),
    };

    /// <summary>The move that brings the disk to the server's host; null if it lies there already.</summary>
    private static DiskMove? MoveOf(ServerWork work)
        => work.Server.Disk is var (host, generation) && host != work.Host
            ? new DiskMove(host, work.Host, generation)
            : null;

    /// <exception cref="Fault">400: there is no such host; 409: it is in another zone than the server is to stay
    /// in.</exception>
    private async Task RequireInZoneAsync(string host, string? zone, CancellationToken cancellationToken)
    {
        var found = await hosts.FindAsync(host, cancellationToken)
            ?? throw Fault.BadRequest($"Compute host {host} could not be found.");
        if (zone is not null && zone != found.Zone)
            throw Fault.Conflict($"Host \"{host}\" is not in the availability zone \"{zone}\".");
    }

    private static Schema Body(Microversion version, bool relaxed)
    {
        if (relaxed || version < 77)
            return Schema.Any;
        var asked = version < 91
            ? Schema.Object(("availability_zone", Parameters.Name)) with { Required = ["availability_zone"] }
            : Schema.Object(
                ("availability_zone", new Schema { Types = ["string", "null"] }), ("host", Parameters.Fqdn));
        return Schema.Body("unshelve", asked with { Types = ["object", "null"] });
    }

    private static JsonElement? Find(JsonElement asked, string key)
        => asked.ValueKind == JsonValueKind.Object && asked.TryGetProperty(key, out var value) ? value : null;

    /// <summary>
    /// Where the server is to come up: whether the body names a zone or the lack of one, the zone, and the only host
    /// that will do.
    /// </summary>
    internal sealed record Asked(bool NamesZone, string? Zone, string? Host);
}

/// <summary>The only host that will do; null for any.</summary>
internal sealed record UnshelveArguments(string? Host);
