using System.Data.Common;
using System.Security.Cryptography;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Flavors;
using Kiroku.Hypervisors;
using Kiroku.Images;
using Kiroku.Keypairs;
using Kiroku.Nodes;
using Kiroku.Quotas;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Groups;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Work;

/// <summary>Creates servers: first their rows and records, then each server's grain builds the machine.</summary>
internal sealed class ServerCreation(
    ServerStore store, FlavorStore flavors, ServerImages images, KeypairStore keypairs, QuotaStore quotas,
    CardChoice cards, GroupChoice groupChoice, ServerGroupStore serverGroups, IHypervisor hypervisor, HostWatch hosts,
    IDatabase database, Resting resting, IOptions<ServersOptions> options, ServerGrains grains, TimeProvider time)
{
    private const int MostAtOnce = 100;

    /// <summary>
    /// Accepts the creation: rows and records are durable when it returns, and the building goes on by itself.
    /// </summary>
    /// <exception cref="Fault">Nothing was made.</exception>
    public async Task<Answer> CreateAsync(HttpContext context, CreateRequest request, Func<Server, Answer> answerWith)
    {
        var prototype = await CheckAsync(context, request);
        if (resting.IsAsked)
            throw Fault.Unavailable("The service is stopping.");
        // With several hosts the scheduler finds one that is connected.
        if (!database.IsShared && !hypervisor.Connected.IsCompletedSuccessfully)
            throw Fault.Unavailable("The host's hypervisor is not connected yet.");
        var number = await NumberAsync(context, request, prototype);
        var arguments = ActionArguments.Write(new CreateArguments(request.AdminPass)
        {
            Host = request.Host,
            Files = request.Files,
        });
        // Only the transaction can still refuse the request, so the servers and their records begin at this moment.
        var now = time.UtcNow();
        var begun = ActionRequest.Of(context, ActionNames.Create, now);
        var created = Enumerable.Range(0, number)
            .Select(index => prototype with
            {
                Id = Guid.NewGuid(),
                Name = number == 1 ? prototype.Name : $"{prototype.Name}-{index + 1}",
                RunningAction = begun.RequestId,
                CreatedAt = now,
                UpdatedAt = now,
                Labels = prototype.Labels with { LaunchIndex = index },
            })
            .Select(server => (server, begun.Record(server.Id, now, Outcomes.Running) with
            {
                Arguments = arguments,
                Cancelable = true,
                Changes = Changes.OfNewServer,
            }))
            .ToList();
        var answer = answerWith(created[0].server);
        await store.InsertAsync(
            created, new Keeping(begun.Key, answer),
            connection => RequireQuotaAsync(connection, prototype, number),
            CancellationToken.None);
        foreach (var (server, _) in created)
            await grains.GoOnAsync(server.Id);
        return answer;
    }

    /// <summary>
    /// The number of servers to create: as many as asked for, or as many of them as the quota still allows
    /// (nova/compute/utils.py, check_num_instances_quota).
    /// </summary>
    private async Task<int> NumberAsync(HttpContext context, CreateRequest request, Server prototype)
    {
        var flavor = prototype.Flavor;
        if (request.MaxCount > MostAtOnce)
            throw new Fault(
                403,
                $"Quota exceeded for instances: Requested {request.MaxCount}, but already used 0 of {MostAtOnce} "
                    + "instances");
        var allowed = await quotas.GetForServersAsync(Caller.Of(context).ProjectId, context.RequestAborted);
        allowed.RequireMetadata(request.Metadata.Count);
        Personality.Require(request.Files, allowed, prototype.Labels.ConfigDrive);
        var room = allowed.Room(request.MaxCount, flavor.Vcpus, flavor.MemoryMiB);
        if (room < request.MinCount)
            allowed.Require(request.MaxCount, flavor.Vcpus, flavor.MemoryMiB, request.MinCount == request.MaxCount
                ? null
                : $"{request.MinCount}-{request.MaxCount}");
        return room;
    }

    /// <summary>
    /// Checks the quota once more while nobody else can write, because several requests at once may not all fit.
    /// </summary>
    private async Task RequireQuotaAsync(DbConnection connection, Server prototype, int number)
    {
        var allowed = await quotas.GetForServersAsync(connection, prototype.ProjectId);
        allowed.Require(number, prototype.Flavor.Vcpus, prototype.Flavor.MemoryMiB);
        await ServerGroupStore.RequireRoomAsync(connection, prototype, number, allowed);
    }

    /// <summary>The server group to be in, which Nova looks for when flavor and image are known.</summary>
    /// <exception cref="Fault">400: there is no such group.</exception>
    private async Task<Guid?> ServerGroupAsync(HttpContext context, CreateRequest request)
    {
        if (request.ServerGroup is not { } id)
            return null;
        var group = await CallersGroup.FindAsync(context, id, serverGroups);
        return group?.Id ?? throw Fault.BadRequest(ServerGroupStore.Unknown(id));
    }

    /// <summary>
    /// The zone to stay in; null for any. A zone other than the forced host's is not kept (Nova's bug 1934770).
    /// </summary>
    private async Task<string?> ZoneAsync(CreateRequest request, CancellationToken cancellationToken)
    {
        var zone = request.Labels.PinnedZone;
        if (zone is not null && request.ForcedHost is { } forced)
            return (await hosts.FindAsync(forced, cancellationToken))?.Zone == zone ? zone : null;
        if (zone is not null)
            await Zones.RequireAsync(hosts, zone, cancellationToken);
        return zone;
    }

    private async Task<Server> CheckAsync(HttpContext context, CreateRequest request)
    {
        var caller = Caller.Of(context);
        request.RefuseUnsupported((await hosts.ListStatusesAsync(context.RequestAborted)).Keys.ToHashSet());
        var wanted = request.Card;
        wanted.RefuseForSeveral(request.MaxCount);
        var network = await cards.FindAsync(wanted, caller, context.RequestAborted);
        var zone = await ZoneAsync(request, context.RequestAborted);
        var image = request.ImageId;
        var flavor = await flavors.FindAsync(request.FlavorId, FlavorViewer.Of(caller), context.RequestAborted)
            ?? throw Fault.BadRequest($"Flavor {request.FlavorId} could not be found.");
        if (flavor.DiskGib == 0)
            throw new Fault(403, "Only volume-backed servers are allowed for flavors with zero disk.");
        var taken = ServerFlavors.Of(flavor);
        var found = await images.CheckAsync(
            image, taken, ImageViewer.Of(caller), "Can not find requested image", context.RequestAborted);
        var configDrive = request.Labels.ConfigDrive || options.Value.ForceConfigDrive
            || ServerHardware.RequiresConfigDrive(found, taken);
        wanted.RefuseTag(configDrive);
        var groups = await groupChoice.FindAsync(request.SecurityGroups, caller, context.RequestAborted);
        var serverGroup = await ServerGroupAsync(context, request);
        var key = await keypairs.TakeAsync(caller.UserId, request.KeyName, context.RequestAborted);
        return new Server
        {
            Id = Guid.Empty,
            Name = request.Name,
            Description = request.Description,
            ProjectId = caller.ProjectId,
            UserId = caller.UserId,
            ServerGroupId = serverGroup,
            ImageId = image,
            ImageWish = ServerHardware.Keep(found),
            Flavor = taken,
            Metadata = request.Metadata,
            Labels = request.Labels with
            {
                Key = key,
                PinnedZone = zone,
                NoCard = wanted.None,
                NetworkId = network,
                Groups = wanted.None ? null : groups,
                FirstImage = ServerImages.FirstOf(found),
                ConfigDrive = configDrive,
                FixedIp = wanted.FixedIp,
                CardTag = wanted.Tag,
                ReservationId = $"r-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 8)}",
            },
            VmState = VmStates.Building,
            TaskState = TaskStates.Scheduling,
        };
    }
}
