using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>
/// create: finds a host, makes the first disk from the image and the config drive, and brings the machine up. As in Nova the scheduling stands in
/// the record only when it failed.
/// </summary>
internal sealed class CreateServer : Workflow
{
    private const int FirstGeneration = 1;

    public override string Action => ActionNames.Create;

    protected override StateRule Allowed { get; } = StateRule.Any;

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        // Run again by whoever takes the action up, as it is not recorded: by then a disk, and a machine on it, may be on the host.
        new(EventNames.ScheduleAndBuild, ct => work.Server.Generation is null
            ? work.PlaceAsync(new PlaceWish { OnlyHost = work.Arguments(ServerJson.Default.CreateArguments).Host }, ct)
            : Task.CompletedTask)
        {
            Host = () => work.Node,
            RecordedOnFailureOnly = true,
        },
        new(EventNames.Build, async ct =>
        {
            if (work.Server.Generation is null)
            {
                await work.SaveAsync(s => s with { TaskState = TaskStates.BlockDeviceMapping }, ct);
                var image = await work.Machines.PrepareImageAsync(work.Server.ImageId, work.Server.Flavor, ct);
                await work.Machines.CreateDiskAsync(work.Server.Id, FirstGeneration, image, work.Server.Flavor, ct);
                int? config = work.Server.Labels.ConfigDrive ? FirstGeneration : null;
                if (config is not null)
                    await work.Machines.MakeConfigDriveAsync(work.Server, FirstGeneration, work.Arguments(ServerJson.Default.CreateArguments).AdminPass, ct);
                await work.SaveAsync(s => s with { Generation = FirstGeneration, ConfigGeneration = config, DiskHost = s.Host, TaskState = TaskStates.Spawning }, ct);
            }
            await work.Machines.StartAsync(work.Server, ct);
            await work.LookAtAddressesAsync(ct);
        })
        {
            Undo = async ct =>
            {
                await work.Machines.UndefineAsync(work.Server, ct);
                await work.Machines.DeleteDiskAsync(work.Server.Id, FirstGeneration, ct);
                await work.Machines.DeleteConfigDriveAsync(work.Server.Id, FirstGeneration, ct);
                await work.SaveAsync(s => s with { Generation = null, ConfigGeneration = null, DiskHost = null }, ct);
            },
        },
    ];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running, LaunchedAt = work.Now };

    public override Server Failed(ServerWork work, ServerFault fault) => work.Server with
    {
        VmState = VmStates.Error,
        PowerState = MachineState.Absent,
        Host = null,
        Addresses = [],
        Fault = fault,
    };

    /// <summary>A server is created with its row, never asked of one that exists.</summary>
    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => throw new InvalidOperationException("A server is created once.");
}

/// <summary>The password that the guest is to have.</summary>
internal sealed record CreateArguments(string? AdminPass)
{
    /// <summary>The one host that will do; null for any.</summary>
    public string? Host { get; init; }
}
