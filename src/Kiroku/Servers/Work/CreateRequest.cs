using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Servers.Views;

namespace Kiroku.Servers.Work;

/// <summary>
/// The body of POST /servers after its schema is checked. A feature that Kiroku lacks, such as a choice of volumes, is
/// refused as Nova refuses something that it does not find.
/// </summary>
internal sealed class CreateRequest(JsonElement body, Microversion version, Caller caller)
{
    private const string Certificates = "trusted_image_certificates";
    private readonly JsonElement server = body.GetProperty("server");
    private readonly SchedulerHints hints = new(body);

    public string Name => server.GetProperty("name").GetString()!.Trim();

    /// <summary>Before 2.19 the name is the description, too.</summary>
    public string? Description => version >= 19 ? server.TextOf("description") : Name;

    public int MinCount => Number("min_count") ?? 1;

    public int MaxCount => Number("max_count") ?? MinCount;

    public string AdminPass { get; } = AdminPasswords.Of(body.GetProperty("server"));

    public bool WantsReservation => Truth("return_reservation_id");

    /// <summary>Nova takes a flavor's address for its id, and an id that is a number.</summary>
    public string FlavorId
    {
        get
        {
            var reference = server.GetProperty("flavorRef");
            return (reference.ValueKind == JsonValueKind.String
                ? reference.GetString()!
                : reference.GetRawText()).Split('/')[^1];
        }
    }

    public string ImageId
        => server.TextOf("imageRef") is { Length: > 0 } image
            ? image
            : throw Fault.BadRequest("Missing imageRef attribute");

    public string? KeyName => server.TextOf("key_name");

    public IReadOnlyDictionary<string, string> Metadata => Pairs(server);

    /// <exception cref="Fault">400: a file without a path or without contents.</exception>
    public IReadOnlyList<GivenFile> Files => Personality.Read(server);

    /// <exception cref="Fault">400, for what has no sense or no card can have.</exception>
    public WantedCard Card => WantedCard.Read(server);

    public ServerLabels Labels => new()
    {
        Tags = version >= 52 ? [.. Items("tags").Select(tag => tag.GetString()!).Distinct()] : [],
        AccessIpv4 = server.TextOf("accessIPv4") ?? "",
        AccessIpv6 = ServerAddresses.Canonical(server.TextOf("accessIPv6")) ?? "",
        DiskConfig = server.TextOf("OS-DCF:diskConfig") ?? "MANUAL",
        Hostname = version >= 90 ? server.TextOf("hostname") : null,
        UserData = server.TextOf("user_data") is { Length: > 0 } data ? data : null,
        ConfigDrive = Truth("config_drive"),
        PinnedZone = Zone.Split(':')[0] is { Length: > 0 } zone ? zone : null,
        Hints = hints.Placement,
    };

    /// <summary>Refuses a request that the caller may not make or that Kiroku does not support.</summary>
    /// <exception cref="Fault">400 or 403.</exception>
    public void RefuseUnsupported(IReadOnlySet<string> hosts)
    {
        if (MinCount > MaxCount)
            throw Fault.BadRequest("min_count must be <= max_count");
        caller.Require(ServerRules.Create, caller.ProjectId);
        RefuseOtherHosts(hosts);
        if (Items(Certificates).Any())
            throw Fault.BadRequest($"This cloud does not have {Certificates}.");
        hints.RefuseUnsupported();
        new BlockDevices(server).RefuseOthers();
        if (MaxCount > 1 && Labels.Hostname is not null)
            throw Fault.BadRequest("Unable to allocate a single hostname to multiple instances");
    }

    /// <summary>The security groups that it names, by name or id.</summary>
    public IEnumerable<string> SecurityGroups
        => Items("security_groups").Select(group => group.TextOf("name")).OfType<string>();

    /// <summary>The server group that it names by its id; null for none.</summary>
    public string? ServerGroup => hints.Group;

    public static IReadOnlyDictionary<string, string> Pairs(JsonElement parent, string key = "metadata")
        => parent.TryGetProperty(key, out var metadata)
            ? metadata.EnumerateObject().DistinctBy(pair => pair.Name).ToDictionary(
                pair => pair.Name, pair => metadata.GetProperty(pair.Name).GetString()!)
            : new Dictionary<string, string>();

    /// <summary>The only host that will do; null for any.</summary>
    public string? Host => ForcedHost ?? AskedHosts.FirstOrDefault();

    /// <summary>The host that an administrator names with the zone; null for none.</summary>
    public string? ForcedHost => ForcedHosts.FirstOrDefault();

    private IEnumerable<string> ForcedHosts => Zone.Split(':').Skip(1).Where(name => name.Length > 0);

    private IEnumerable<string> AskedHosts
        => version >= 74 ? new[] { server.TextOf("host"), server.TextOf("hypervisor_hostname") }.OfType<string>() : [];

    private string Zone => server.TextOf("availability_zone")?.Trim() ?? "";

    private void RefuseOtherHosts(IReadOnlySet<string> hosts)
    {
        if (Zone.Split(':').Length > 3)
            throw Fault.BadRequest("Invalid input received: Unable to parse availability_zone");
        if (ForcedHosts.Any())
            caller.Require(ServerRules.ForcedHost, caller.ProjectId);
        if (AskedHosts.Any())
        {
            caller.Require(ServerRules.RequestedDestination, caller.ProjectId);
            if (ForcedHosts.Any())
            {
                throw Fault.BadRequest(
                    "One mechanism with host and/or hypervisor_hostname and another mechanism with zone:host:node "
                        + "are mutually exclusive.");
            }
        }
        // A host has one node, of its own name.
        if (ForcedHosts.Concat(AskedHosts).FirstOrDefault(name => !hosts.Contains(name) || name != Host) is { } unknown)
            throw Fault.BadRequest($"Compute host {unknown} could not be found.");
    }

    private IEnumerable<JsonElement> Items(string key)
        => server.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray()
            : [];

    private bool Truth(string key)
        => server.TryGetProperty(key, out var value) && (value.ValueKind == JsonValueKind.True
            || (value.ValueKind == JsonValueKind.String
                && value.GetString()!.ToUpperInvariant() is "TRUE" or "1" or "ON" or "YES"));

    /// <summary>
    /// A count, which may be written as a string; one that is too large for an int is the largest int.
    /// </summary>
    private int? Number(string key) => server.TryGetProperty(key, out var value) ? WholeNumber.Read(value) : null;
}
