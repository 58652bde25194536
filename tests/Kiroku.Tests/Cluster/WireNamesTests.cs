using System.Reflection;

namespace Kiroku.Tests.Cluster;

/// <summary>
/// Types that cross between nodes are identified by their full names, and during an upgrade nodes of two versions
/// communicate. So names may only be added to this list, wherever the files lie.
/// </summary>
public sealed class WireNamesTests
{
    private static readonly string[] Names =
    [
        "Kiroku.Actions.Fence",
        "Kiroku.Actions.FencedException",
        "Kiroku.Actions.IdempotencyKey",
        "Kiroku.Actions.StepException",
        "Kiroku.Api.Answer",
        "Kiroku.Cluster.IAcquaintance",
        "Kiroku.Cluster.NodeMissingException",
        "Kiroku.Cluster.OnNode",
        "Kiroku.Cluster.OnWorkingNode",
        "Kiroku.Cluster.UnprovenCallException",
        "Kiroku.Hypervisors.Bandwidth",
        "Kiroku.Hypervisors.CardFilter",
        "Kiroku.Hypervisors.CardRule",
        "Kiroku.Hypervisors.CpuShape",
        "Kiroku.Hypervisors.CrossingFailure",
        "Kiroku.Hypervisors.Flow",
        "Kiroku.Hypervisors.HostCapacity",
        "Kiroku.Hypervisors.HypervisorFailure",
        "Kiroku.Hypervisors.MachineAddress",
        "Kiroku.Hypervisors.MachineHardware",
        "Kiroku.Hypervisors.MachineLimits",
        "Kiroku.Hypervisors.MachineSpec",
        "Kiroku.Hypervisors.MachineState",
        "Kiroku.Hypervisors.VolumeContent",
        "Kiroku.Hypervisors.VolumeFormat",
        "Kiroku.Images.IImageGrain",
        "Kiroku.Servers.ActionAnswer",
        "Kiroku.Servers.ActionRequest",
        "Kiroku.Servers.AnswerForm",
        "Kiroku.Servers.IServerGrain",
        "Kiroku.Servers.ImageDisk",
        "Kiroku.Servers.Remote.CopyVolume",
        "Kiroku.Servers.Remote.CreateOverlay",
        "Kiroku.Servers.Remote.DefineMachine",
        "Kiroku.Servers.Remote.DeleteVolume",
        "Kiroku.Servers.Remote.DiskPiece",
        "Kiroku.Servers.Remote.GetVolumeSize",
        "Kiroku.Servers.Remote.HostCall",
        "Kiroku.Servers.Remote.HostNews",
        "Kiroku.Servers.Remote.IHostGrain",
        "Kiroku.Servers.Remote.InjectNmi",
        "Kiroku.Servers.Remote.ListVolumes",
        "Kiroku.Servers.Remote.MachineCall",
        "Kiroku.Servers.Remote.PrepareImage",
        "Kiroku.Servers.Remote.ReadConsole",
        "Kiroku.Servers.Remote.ReceiveDisk",
        "Kiroku.Servers.Remote.StopMachine",
        "Kiroku.Servers.Remote.TakeSnapshot",
        "Kiroku.Servers.Remote.WriteVolume",
        "Kiroku.Servers.ShownServer",
        "Kiroku.Storage.CrossingTrouble",
    ];

    [Fact]
    public void Every_type_that_crosses_between_nodes_keeps_its_name()
        => Assert.Equal(Names.Order(StringComparer.Ordinal), Crossing().Order(StringComparer.Ordinal));

    private static IEnumerable<string> Crossing() => typeof(KirokuApp).Assembly.GetTypes()
        .Where(type => type.Namespace?.StartsWith("Kiroku", StringComparison.Ordinal) == true)
        .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null
            || (type.IsInterface && type.IsAssignableTo(typeof(IAddressable))))
        .Select(type => type.FullName!);
}
