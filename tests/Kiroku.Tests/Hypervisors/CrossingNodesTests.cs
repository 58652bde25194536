using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Orleans.Serialization;

namespace Kiroku.Tests.Hypervisors;

/// <summary>What nodes tell each other about hypervisors arrives unchanged.</summary>
public sealed class CrossingNodesTests : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    private Serializer Serializer => services.GetRequiredService<Serializer>();

    public void Dispose() => services.Dispose();

    [Fact]
    public void Questions_and_answers_arrive()
    {
        var machine = new MachineSpec(Guid.NewGuid(), "a", 2, 96, "disk")
        {
            SecondVolume = "second",
            ConfigVolume = "config",
            Address = "192.0.2.7",
            MustHaveAddress = true,
        };
        Assert.Equal(machine, Cross(machine));
        var asking = machine with
        {
            Hardware = new MachineHardware
            {
                DiskBus = "scsi",
                HasPmu = false,
                VideoMiB = 3,
                RescueBus = "usb",
                Shape = new CpuShape(1, 2, 1),
                Limits = new MachineLimits
                {
                    CpuQuota = -1,
                    DiskBytes = new Flow(0, 1, 2),
                    Outbound = new Bandwidth(1, 0, 3),
                },
            },
        };
        Assert.Equal(asking, Cross(asking));
        var capacity = new HostCapacity(1, 2, 3, 4, "7.2.0");
        Assert.Equal(capacity, Cross(capacity));
        var address = new MachineAddress("net", null, "fa:16:3e:00:00:01");
        Assert.Equal(address, Cross(address));
        var content = new VolumeContent(VolumeFormat.Qcow2, 2, 3);
        Assert.Equal(content, Cross(content));
        Assert.Equal(MachineState.Crashed, Cross(MachineState.Crashed));
    }

    public static TheoryData<Exception?> Reasons =>
    [
        (Exception?)null,
        new IOException("broke off", new LibvirtException(38, "system")),
        new LibvirtException(38, "No space left on device", 28),
        new RefusedException(HypervisorFailure.NoSpace, "full", new InvalidDataException("digest")),
        new ConnectionException(HypervisorFailure.Unavailable, "away", new TimeoutException()),
        new UnknownException(),
    ];

    [Theory]
    [MemberData(nameof(Reasons), DisableDiscoveryEnumeration = true)]
    public void A_failure_arrives_with_its_kind_its_operation_and_its_text(Exception? reason)
    {
        var sent = new HypervisorException(HypervisorFailure.NoSpace, "copy the disk", "it is full", reason)
        {
            IsLate = reason is not null,
        };
        var copied = services.GetRequiredService<DeepCopier>().Copy<Exception>(sent);
        foreach (var arrived in new[] { Cross<Exception>(sent), copied })
        {
            var failure = Assert.IsType<HypervisorException>(arrived);
            Assert.Equal(
                (sent.Failure, sent.Operation, sent.Message, sent.IsLate),
                (failure.Failure, failure.Operation, failure.Message, failure.IsLate));
        }
    }

    private T Cross<T>(T value) => Serializer.Deserialize<T>(Serializer.SerializeToArray(value))!;

    private sealed class UnknownException() : Exception("unknown");
}
