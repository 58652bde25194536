using System.Text.Json;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Flavors;
using Kiroku.Hypervisors;
using Kiroku.Identity;
using Kiroku.Storage;

namespace Kiroku.Servers;

/// <summary>
/// Makes servers from a request's body (nova/api/openstack/compute/schemas/servers.py). What Kiroku does not have, such as
/// volumes and security groups of its own, is refused where Nova refuses what it does not find.
/// </summary>
internal sealed class ServerCreation(
    ServerStore store, FlavorStore flavors, ServerImages images, IHypervisor hypervisor, Resting resting, IGrainFactory grains, TimeProvider time)
{
    private const int MostAtOnce = 100;

    private static readonly string[] Known =
    [
        "name", "imageRef", "flavorRef", "metadata", "networks", "min_count", "max_count", "OS-DCF:diskConfig", "accessIPv4",
        "accessIPv6", "adminPass", "availability_zone", "config_drive", "description", "key_name", "personality", "security_groups",
        "user_data", "block_device_mapping", "block_device_mapping_v2", "return_reservation_id", "tags", "trusted_image_certificates",
        "host", "hypervisor_hostname", "hostname",
    ];

    private static readonly string[] NotHad = ["block_device_mapping", "block_device_mapping_v2", "user_data", "personality", "host", "hypervisor_hostname", "trusted_image_certificates"];

    /// <summary>Accepts the creation: rows and records are durable when it returns, and the building goes on by itself.</summary>
    /// <exception cref="Fault">Nothing was made.</exception>
    public async Task<Answer> CreateAsync(HttpContext context, JsonElement whole, Func<Server, Answer> answerWith)
    {
        var startTime = time.UtcNow();
        var body = BodyObject.Required(whole, "server");
        var (prototype, count) = await ReadAsync(context, body);
        if (resting.IsAsked)
            throw Fault.Unavailable("The service is stopping.");
        if (!hypervisor.Connected.IsCompletedSuccessfully)
            throw Fault.Unavailable("The host's hypervisor is not connected yet.");
        var created = Enumerable.Range(1, count)
            .Select(number => prototype with
            {
                Id = Guid.NewGuid(),
                Name = count == 1 ? prototype.Name : $"{prototype.Name}-{number}",
                RunningAction = RequestId.Of(context),
            })
            .Select(server => (server, Record(server, Caller.Of(context), startTime)))
            .ToList();
        var answer = answerWith(created[0].server);
        await store.InsertAsync(created, new Keeping(IdempotencyKey.Of(context), answer), CancellationToken.None);
        foreach (var (server, _) in created)
            await grains.GetGrain<IServerGrain>(server.Id).GoOn();
        return answer;
    }

    private async Task<(Server Prototype, int Count)> ReadAsync(HttpContext context, BodyObject body)
    {
        var caller = Caller.Of(context);
        var relaxed = Microversions.IsRelaxed(context);
        if (!relaxed)
            body.RefuseUnknown(Known);
        var name = body.Name("name", relaxed);
        RefuseWhatIsNotHad(context, body);
        var flavorId = body.String("flavorRef");
        var flavor = await flavors.FindAsync(flavorId, context.RequestAborted)
            ?? throw Fault.BadRequest($"Flavor {flavorId} could not be found.");
        var image = body.OptionalString("imageRef") is { Length: > 0 } given
            ? given : throw Fault.BadRequest("Invalid imageRef provided.");
        if (!Guid.TryParse(image, out _))
            throw BodyObject.Invalid("imageRef", body.Element.GetProperty("imageRef"), $"{PythonText.Quote(image)} is not a 'uuid'");
        var taken = ServerFlavors.Of(flavor);
        await images.CheckAsync(image, taken, caller.ProjectId, $"Image {image} could not be found.", context.RequestAborted);
        var now = time.UtcNow();
        return (new Server
        {
            Id = Guid.Empty,
            Name = name,
            Description = body.OptionalString("description"),
            ProjectId = caller.ProjectId,
            UserId = caller.UserId,
            ImageId = image,
            Flavor = taken,
            Metadata = body.Metadata("metadata"),
            VmState = VmStates.Building,
            TaskState = TaskStates.Scheduling,
            CreatedAt = now,
            UpdatedAt = now,
        }, Count(body));
    }

    private static void RefuseWhatIsNotHad(HttpContext context, BodyObject body)
    {
        foreach (var key in NotHad)
        {
            if (body.Value(key) is { ValueKind: not JsonValueKind.Null } value && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0))
                throw Fault.BadRequest($"This cloud does not have {key}.");
        }
        RefuseNetworks(context, body);
        if (body.OptionalString("key_name") is not null)
            throw Fault.BadRequest("Invalid key_name provided.");
        if (body.OptionalString("availability_zone") is { Length: > 0 } zone && zone != "nova")
            throw Fault.BadRequest("The requested availability zone is not available");
        if (body.Value("config_drive") is { ValueKind: JsonValueKind.True })
            throw Fault.BadRequest("This cloud does not have config drives.");
    }

    private static void RefuseNetworks(HttpContext context, BodyObject body)
    {
        var version = Microversions.Of(context);
        if (body.Value("networks") is not { } networks)
        {
            if (version >= 37)
                throw BodyObject.Invalid("server", body.Element, "'networks' is a required property");
            return;
        }
        var named = version >= 37 && networks.ValueKind == JsonValueKind.String && networks.GetString() is "auto" or "none";
        if (!named && !(networks.ValueKind == JsonValueKind.Array && networks.GetArrayLength() == 0))
            throw Fault.BadRequest("Networks cannot be chosen here: every server has one card on the host's own network. Ask for auto or none.");
    }

    private static int Count(BodyObject body)
    {
        var least = Number("min_count") ?? 1;
        var most = Number("max_count") ?? least;
        if (least > most)
            throw Fault.BadRequest("min_count must be <= max_count");
        return most <= MostAtOnce ? most : throw Fault.BadRequest($"At most {MostAtOnce} servers are made at once.");

        int? Number(string key)
        {
            if (body.Value(key) is not { } value)
                return null;
            var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
            var isNumber = int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number);
            if (!isNumber)
                throw BodyObject.Invalid(key, value, $"{PythonText.Repr(value)} is not of type 'integer', 'string'");
            return number >= 1 ? number : throw BodyObject.Invalid(key, value, $"{number} is less than the minimum of 1");
        }
    }

    private static ActionRecord Record(Server server, Caller caller, DateTime startTime) => new()
    {
        ServerId = server.Id,
        RequestId = server.RunningAction!,
        Action = ActionNames.Create,
        UserId = caller.UserId,
        ProjectId = caller.ProjectId,
        StartTime = startTime,
        UpdatedAt = startTime,
        Outcome = Outcomes.Running,
    };
}
