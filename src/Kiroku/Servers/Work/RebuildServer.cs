using System.Text.Json;
using System.Text.Json.Serialization;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Images;
using Kiroku.Keypairs;
using Kiroku.Networks;
using Kiroku.Quotas;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// rebuild: gives the server a fresh disk from an image. The image is checked and the new disk made before the old one
/// is given up; once the server's row names the new disk, the action can only go forward. A server that was stopped is
/// started and stopped again, inside the one step.
/// </summary>
internal sealed class RebuildServer(
    ServerImages images, KeypairStore keypairs, QuotaStore quotas, GroupStore groups) : Workflow<RebuildRequest>
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:rebuild");

    public override string Action => ActionNames.Rebuild;

    public override ActionRoute Route => new("rebuild", Rule) { Body = RebuildRequest.Body };

    protected override StateRule Allowed { get; } =
        new(VmStates.Active, VmStates.Stopped, VmStates.Error) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Rebuild(work)];

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work)
    {
        var stopped = work.Server.FormerVmState == VmStates.Stopped;
        return work.Server with
        {
            VmState = stopped ? VmStates.Stopped : VmStates.Active,
            PowerState = stopped ? MachineState.Off : MachineState.Running,
            FormerVmState = null,
            LaunchedAt = work.Now,
        };
    }

    /// <summary>A server that kept its disk is shown with the image of that disk again.</summary>
    public override Server Failed(ServerWork work, ServerFault fault)
    {
        var kept = work.Server.Disk?.Generation != work.Arguments<RebuildArguments>().Generation;
        return (kept ? WithFormerImage(work) : work.Server) with
        {
            FormerVmState = null,
            VmState = VmStates.Error,
            Fault = fault,
        };
    }

    /// <summary>Until the machine is switched off to change its disk.</summary>
    public override bool IsCancelable => true;

    public override Server Cancelled(ServerWork work, ServerFault fault)
        => WithFormerImage(work) with { FormerVmState = null };

    protected override RebuildRequest ReadAsked(JsonElement asked, Microversion version) => new(asked, version);

    protected override async Task<ActionRequest> AnsweredAsync(
        HttpContext context, Server server, ActionRequest request, RebuildRequest asked)
    {
        var shown = ShownServer.Of(context, asked.AdminPass);
        if (request.Microversion >= 75 && server.Labels.Groups is not null)
        {
            var own = (await groups.ListAsync(server.ProjectId, context.RequestAborted))
                .Where(group => server.GroupIds.Contains(group.Id));
            shown = shown with
            {
                GroupNames = JsonSerializer.Serialize(
                    own.ToDictionary(group => $"{group.Id}", group => group.Name),
                    ServerJson.Default.IReadOnlyDictionaryStringString),
            };
        }
        return request with { Form = request.Form with { Shown = shown } };
    }

    protected override async Task<Accepted> PrepareAsync(
        Server server, RebuildRequest asked, ActionRequest request, CancellationToken cancellationToken)
    {
        asked.RefuseUnsupported();
        var viewer = new ImageViewer(request.ProjectId!, request.ByAdmin);
        var image = await images.CheckAsync(
            asked.ImageId, server.Flavor, viewer, "Cannot find image for rebuild", cancellationToken);
        var configDrive = server.Labels.ConfigDrive || ServerHardware.RequiresConfigDrive(image, server.Flavor);
        asked.RequireQuota(await quotas.GetForServersAsync(request.ProjectId!, cancellationToken), configDrive);
        var key = asked.AsksForKey
            ? await keypairs.TakeAsync(server.UserId, asked.KeyName, cancellationToken)
            : server.Labels.Key;
        var arguments = new RebuildArguments(asked.ImageId, (server.Disk?.Generation ?? 0) + 1)
        {
            ConfigGeneration = configDrive ? (server.ConfigGeneration ?? 0) + 1 : null,
            AdminPass = request.Form.Shown?.AdminPass,
            Files = asked.Files,
            FormerImage = server.ImageId,
            FormerWish = server.ImageWish,
        };
        var changed = asked.Applied(server, key);
        // As in Nova, the answer and all later reads show the new image.
        return new Accepted(changed with
        {
            Labels = changed.Labels with
            {
                ConfigDrive = configDrive,
                FirstImage = ServerImages.FirstOf(image) ?? server.Labels.FirstImage,
            },
            TaskState = TaskStates.Rebuilding,
            FormerVmState = server.VmState,
            ImageId = asked.ImageId,
            ImageWish = ServerHardware.Keep(image),
        }, arguments);
    }

    private static Server WithFormerImage(ServerWork work)
        => work.Arguments<RebuildArguments>() is { FormerImage: { } image, FormerWish: var wish }
            ? work.Server with { ImageId = image, ImageWish = wish }
            : work.Server;

    private static Step Rebuild(ServerWork work)
    {
        var asked = work.Arguments<RebuildArguments>();
        return new(EventNames.Rebuild, async ct =>
        {
            if (work.Server.Disk?.Generation != asked.Generation)
                await SwitchToFreshDiskAsync(work, asked, ct);
            await work.Machines.DeleteDiskAsync(work.Server.Id, asked.Generation - 1, ct);
            if (asked.ConfigGeneration is > 1 and var config)
                await work.Machines.DeleteConfigDriveAsync(work.Server.Id, config - 1, ct);
            if (work.Succeeded(EventNames.Stop))
                return;
            await work.Machines.StartAsync(work.Server, ct);
            if (work.Server.FormerVmState == VmStates.Stopped)
                await work.RunInnerAsync(StopServer.Stop(work), ct);
        })
        {
            TaskState = TaskStates.RebuildBlockDeviceMapping,
            Undo = ct => GiveUpFreshDiskAsync(work, asked, ct),
        };
    }

    private static async Task SwitchToFreshDiskAsync(ServerWork work, RebuildArguments asked, CancellationToken ct)
    {
        await work.RequireHostAsync(ServerHardware.ImageDemandsOf(work.Server), ct);
        var image = await work.Machines.PrepareImageAsync(asked.Image, work.Server.Flavor, ct);
        await work.Machines.CreateDiskAsync(work.Server.Id, asked.Generation, image, work.Server.Flavor, ct);
        if (asked.ConfigGeneration is { } config)
            await work.Machines.MakeConfigDriveAsync(
                work.Server with { ImageId = asked.Image }, config, asked.Told, ct);
        await work.PassNoReturnAsync(ct);
        await work.SaveAsync(s => s with { TaskState = TaskStates.RebuildSpawning }, ct);
        await work.PowerOffAsync(ct);
        await work.LeaveRescueAsync(ct);
        await work.SaveAsync(s => s with
        {
            Disk = new ServerDisk(s.Disk?.Host ?? s.Host!, asked.Generation),
            ConfigGeneration = asked.ConfigGeneration,
            ImageId = asked.Image,
        }, ct);
    }

    private static async Task GiveUpFreshDiskAsync(ServerWork work, RebuildArguments asked, CancellationToken ct)
    {
        if (work.Server.Disk?.Generation == asked.Generation)
            return;
        await work.Machines.DeleteDiskAsync(work.Server.Id, asked.Generation, ct);
        if (asked.ConfigGeneration is { } config)
            await work.Machines.DeleteConfigDriveAsync(work.Server.Id, config, ct);
    }
}

/// <summary>The image to rebuild from and the generation of the disk that is made from it.</summary>
internal sealed record RebuildArguments(string Image, int Generation)
{
    /// <summary>The generation of the new config drive; null for none.</summary>
    public int? ConfigGeneration { get; init; }

    public string? AdminPass { get; init; }

    /// <summary>Files for the guest; null for none.</summary>
    public IReadOnlyList<GivenFile>? Files { get; init; }

    [JsonIgnore]
    public ToldOnce Told => new(AdminPass, Files);

    /// <summary>
    /// The image of the disk that the server has until the rebuild; null in arguments that an older version wrote.
    /// </summary>
    public string? FormerImage { get; init; }

    /// <summary>What that image asked of machines; null for nothing.</summary>
    public ImageWish? FormerWish { get; init; }
}
