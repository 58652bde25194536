using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// The scheduler hints of a creation. Those by which Nova's own filters choose hosts are honoured or refused; as in
/// Nova all others mean nothing (nova/scheduler/filters).
/// </summary>
internal sealed class SchedulerHints
{
    private const string Key = "os:scheduler_hints";
    private const string OldKey = "OS-SCH-HNT:scheduler_hints";
    private static readonly string[] Refused
        = ["query", "build_near_host_ip", "cidr", "target_cell", "different_cell"];

    private static readonly Schema Servers = Schema.ArrayOf(Parameters.Uuid);

    /// <summary>The schema of the hints (nova/api/openstack/compute/schemas/servers.py, _hints).</summary>
    private static readonly Schema Form = Schema.Object(
        ("group", new Schema { OneOf = [Servers, Parameters.Uuid] }),
        ("different_host", new Schema { OneOf = [Parameters.Uuid, Servers] }),
        ("same_host", Servers with { Types = ["string", "array"] }),
        ("query", new Schema { Types = ["string", "object"] }),
        ("target_cell", Parameters.Name),
        ("different_cell", Schema.ArrayOf(Parameters.Text) with { Types = ["string", "array"] }),
        ("build_near_host_ip", Parameters.Address),
        ("cidr", Parameters.Text with { Pattern = "^/[0-9a-f.:]+$" })) with
    {
        Open = true,
    };

    private readonly JsonElement hints;

    public SchedulerHints(JsonElement body)
    {
        if (!body.TryGetProperty(Key, out hints))
            body.TryGetProperty(OldKey, out hints);
    }

    /// <summary>The body of a creation with its hints, which have two names.</summary>
    public static Schema AddTo(Schema body) => body.With(Key, Form).With(OldKey, Form);

    /// <summary>The servers that the new one is to be with, or apart from; null for none.</summary>
    public PlacementHints? Placement
        => new PlacementHints(Ids("same_host"), Ids("different_host")) is var wanted && wanted.IsEmpty ? null : wanted;

    /// <summary>Refuses hints that this cloud has nothing for.</summary>
    /// <exception cref="Fault">400.</exception>
    public void RefuseUnsupported()
    {
        if (hints.ValueKind == JsonValueKind.Object
            && Array.Find(Refused, name => hints.TryGetProperty(name, out _)) is { } name)
            throw Fault.BadRequest($"This cloud cannot choose a host by the scheduler hint {name}.");
    }

    /// <summary>The server group that the new server is to be in; null for none.</summary>
    public string? Group => Values("group").FirstOrDefault();

    private List<Guid> Ids(string name)
        => [.. Values(name).Select(text => Guid.TryParse(text, out var id) ? id : Guid.Empty).Distinct()];

    /// <summary>The texts of a hint, which may be one or a list of them.</summary>
    private IEnumerable<string> Values(string name)
    {
        if (hints.ValueKind != JsonValueKind.Object || !hints.TryGetProperty(name, out var value))
            return [];
        return value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(item => item.GetString()!)
            : [value.GetString()!];
    }
}
