using System.Text.Json.Serialization;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// create: finds a host, makes the first disk from the image and the config drive, and brings the machine up. As in
/// Nova the record has the scheduling only if it failed. The action begins with the server's row, so nobody can ask it
/// of a server that exists.
/// </summary>
internal sealed class CreateServer : Workflow
{
    private const int FirstGeneration = 1;

    public override string Action => ActionNames.Create;

    protected override StateRule Allowed { get; } = StateRule.Any;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Schedule(work), Build(work)];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running, LaunchedAt = work.Now };

    public override Server Failed(ServerWork work, ServerFault fault)
        => InError(work, fault) with { PowerState = MachineState.Absent, Host = null, Addresses = [] };

    public override bool IsCancelable => true;

    /// <summary>There is no machine that it could go back to.</summary>
    public override Server Cancelled(ServerWork work, ServerFault fault) => Failed(work, fault);

    protected override Task<Accepted> PrepareAsync(
        Server server, ActionRequest request, CancellationToken cancellationToken)
        => throw new InvalidOperationException("A server is created once.");

    /// <summary>
    /// Another run of the action repeats this step, because a success is not recorded. By then the host may have a disk
    /// and a machine on it, and the server stays there.
    /// </summary>
    private static Step Schedule(ServerWork work) => new(EventNames.ScheduleAndBuild, ct => work.Server.Disk is null
        ? work.PlaceAsync(new PlaceWish { OnlyHost = work.Arguments<CreateArguments>().Host }, ct)
        : Task.CompletedTask)
    {
        Host = () => work.Node,
        RecordedOnFailureOnly = true,
    };

    private static Step Build(ServerWork work) => new(EventNames.Build, async ct =>
    {
        if (work.Server.Disk is null)
            await MakeDisksAsync(work, ct);
        await work.Machines.StartAsync(work.Server, ct);
        await work.LookAtAddressesAsync(ct);
    })
    {
        Undo = ct => GiveUpAsync(work, ct),
    };

    private static async Task MakeDisksAsync(ServerWork work, CancellationToken cancellationToken)
    {
        await work.SaveAsync(s => s with { TaskState = TaskStates.BlockDeviceMapping }, cancellationToken);
        var image = await work.Machines.PrepareImageAsync(work.Server.ImageId, work.Server.Flavor, cancellationToken);
        await work.Machines.CreateDiskAsync(
            work.Server.Id, FirstGeneration, image, work.Server.Flavor, cancellationToken);
        int? config = work.Server.Labels.ConfigDrive ? FirstGeneration : null;
        if (config is not null)
        {
            var told = work.Arguments<CreateArguments>().Told;
            await work.Machines.MakeConfigDriveAsync(work.Server, FirstGeneration, told, cancellationToken);
        }
        await work.SaveAsync(s => s with
        {
            Disk = new ServerDisk(s.Host!, FirstGeneration),
            ConfigGeneration = config,
            TaskState = TaskStates.Spawning,
        }, cancellationToken);
    }

    private static async Task GiveUpAsync(ServerWork work, CancellationToken cancellationToken)
    {
        await work.Machines.UndefineAsync(work.Server, cancellationToken);
        await work.Machines.DeleteDiskAsync(work.Server.Id, FirstGeneration, cancellationToken);
        await work.Machines.DeleteConfigDriveAsync(work.Server.Id, FirstGeneration, cancellationToken);
        await work.SaveAsync(s => s with { Disk = null, ConfigGeneration = null }, cancellationToken);
    }
}

/// <summary>The password for the guest.</summary>
internal sealed record CreateArguments(string? AdminPass)
{
    /// <summary>Files for the guest; null for none.</summary>
    public IReadOnlyList<GivenFile>? Files { get; init; }

    [JsonIgnore]
    public ToldOnce Told => new(AdminPass, Files);

    /// <summary>The only host that will do; null for any.</summary>
    public string? Host { get; init; }
}
