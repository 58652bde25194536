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
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Work;

/// <summary>Makes servers: rows and records first, then each server's grain builds.</summary>
internal sealed class ServerCreation(
    ServerStore store, FlavorStore flavors, ServerImages images, KeypairStore keypairs, QuotaStore quotas,
    IHypervisor hypervisor, HostWatch hosts, IDatabase database, Resting resting, IOptions<ServersOptions> options,
    ServerGrains grains, TimeProvider time)
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
        // Where there are other hosts the scheduler finds one that is.
        if (!database.IsShared && !hypervisor.Connected.IsCompletedSuccessfully)
            throw Fault.Unavailable("The host's hypervisor is not connected yet.");
        var number = await NumberAsync(context, request, prototype.Flavor);
        var arguments = ActionArguments.Write(new CreateArguments(request.AdminPass) { Host = request.Host });
        // All that could refuse it has been asked: the servers and their records are of this moment.
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
            .Select(server => (server, begun.Record(server.Id, now, Outcomes.Running) with { Arguments = arguments }))
            .ToList();
        var answer = answerWith(created[0].server);
        await store.InsertAsync(
            created, new Keeping(begun.Key, answer),
            async connection => Room(
                await quotas.GetAsync(connection, prototype.ProjectId), prototype.Flavor, number),
            CancellationToken.None);
        foreach (var (server, _) in created)
            await grains.GoOnAsync(server.Id);
        return answer;
    }

    /// <summary>
    /// As many as asked for, or as many of them as the project still may have (nova/compute/utils.py,
    /// check_num_instances_quota).
    /// </summary>
    private async Task<int> NumberAsync(HttpContext context, CreateRequest request, ServerFlavor flavor)
    {
        if (request.Most > MostAtOnce)
            throw new Fault(
                403,
                $"Quota exceeded for instances: Requested {request.Most}, but already used 0 of {MostAtOnce} "
                    + "instances");
        var allowed = await quotas.GetAsync(Caller.Of(context).ProjectId, context.RequestAborted);
        if (allowed[QuotaResources.MetadataItems].Left < request.Metadata.Count)
            throw new Fault(
                403, $"Maximum number of metadata items exceeds {allowed[QuotaResources.MetadataItems].Limit}");
        var room = allowed.Room(request.Most, flavor.Vcpus, flavor.MemoryMiB);
        if (room < request.Least)
            allowed.Require(request.Most, flavor.Vcpus, flavor.MemoryMiB, request.Least == request.Most
                ? null
                : $"{request.Least}-{request.Most}");
        return room;
    }

    /// <summary>Looks once more while nobody else can write: of several requests at once not all may fit.</summary>
    private static void Room(QuotaSet allowed, ServerFlavor flavor, int number)
        => allowed.Require(number, flavor.Vcpus, flavor.MemoryMiB);

    /// <summary>
    /// The zone to stay in; null for any, as where another is named than the one that the forced host is in (Nova's bug
    /// 1934770).
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
        request.RefuseWhatIsNotHad((await hosts.ListStatusesAsync(context.RequestAborted)).Keys.ToHashSet());
        var zone = await ZoneAsync(request, context.RequestAborted);
        var image = request.ImageId;
        var flavor = await flavors.FindAsync(request.FlavorId, FlavorViewer.Of(caller), context.RequestAborted)
            ?? throw Fault.BadRequest($"Flavor {request.FlavorId} could not be found.");
        if (flavor.DiskGib == 0)
            throw new Fault(403, "Only volume-backed servers are allowed for flavors with zero disk.");
        var taken = ServerFlavors.Of(flavor);
        await images.CheckAsync(
            image, taken, ImageViewer.Of(caller), "Can not find requested image", context.RequestAborted);
        request.RefuseGroups();
        var key = await keypairs.TakeAsync(caller.UserId, request.KeyName, context.RequestAborted);
        return new Server
        {
            Id = Guid.Empty,
            Name = request.Name,
            Description = request.Description,
            ProjectId = caller.ProjectId,
            UserId = caller.UserId,
            ImageId = image,
            Flavor = taken,
            Metadata = request.Metadata,
            Labels = request.Labels with
            {
                Key = key,
                PinnedZone = zone,
                ConfigDrive = request.Labels.ConfigDrive || options.Value.ForceConfigDrive,
                ReservationId = $"r-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 8)}",
            },
            VmState = VmStates.Building,
            TaskState = TaskStates.Scheduling,
        };
    }
}
