using Kiroku.Hypervisors;
using Kiroku.Servers.Remote;
using Orleans.Serialization;

namespace Kiroku.Tests.Servers;

/// <summary>Calls to hosts have the same bytes in this version and the one before.</summary>
public sealed class HostCallTests : IDisposable
{
    private static readonly Guid Machine = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly MachineSpec Spec = new(Machine, "a", 2, 96, "disk")
    {
        SecondVolume = "second",
        ConfigVolume = "config",
    };

    private static readonly Dictionary<string, HostCall> Calls = new()
    {
        ["addresses"] = new MachineCall(MachineOperation.GetAddresses, Machine),
        ["mac"] = new MachineCall(MachineOperation.GetMacAddress, Machine),
        ["state"] = new MachineCall(MachineOperation.GetState, Machine),
        ["start"] = new MachineCall(MachineOperation.Start, Machine),
        ["pause"] = new MachineCall(MachineOperation.Pause, Machine),
        ["suspend"] = new MachineCall(MachineOperation.Suspend, Machine),
        ["continue"] = new MachineCall(MachineOperation.Continue, Machine),
        ["undefine"] = new MachineCall(MachineOperation.Undefine, Machine),
        ["define"] = new DefineMachine(Spec),
        ["stop"] = new StopMachine(Machine, TimeSpan.FromSeconds(7)),
        ["nmi"] = new InjectNmi(Machine),
        ["console"] = new ReadConsole(Machine, 9),
        ["volumes"] = new ListVolumes(),
        ["size"] = new GetVolumeSize("disk"),
        ["write"] = new WriteVolume("disk", [1, 2, 3]),
        ["overlay"] = new CreateOverlay("disk", "base", VolumeFormat.Qcow2, 11),
        ["copy"] = new CopyVolume("disk", "copy", 12),
        ["snapshot"] = new TakeSnapshot(Machine, "disk", "copy"),
        ["delete"] = new DeleteVolume("disk"),
        ["image"] = new PrepareImage("image", 13),
        ["receive"] = new ReceiveDisk("there", "disk"),
    };

    private readonly ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public void Dispose() => services.Dispose();

    [Theory]
    [InlineData("addresses", "read the machine's addresses",
        "3001da2ab76819686f73742e6d616368696e65e8e8e8080301412133221100554477668899aabbccddeeffe0")]
    [InlineData("mac", "read the machine's addresses",
        "3001da2ab76819686f73742e6d616368696e65e8e8e8080305412133221100554477668899aabbccddeeffe0")]
    [InlineData("state", "read the machine's state",
        "3001da2ab76819686f73742e6d616368696e65e8e8e8080309412133221100554477668899aabbccddeeffe0")]
    [InlineData("start", "start the machine",
        "3001da2ab76819686f73742e6d616368696e65e8e8e808030d412133221100554477668899aabbccddeeffe0")]
    [InlineData("pause", "pause the machine",
        "3001da2ab76819686f73742e6d616368696e65e8e8e8080311412133221100554477668899aabbccddeeffe0")]
    [InlineData("suspend", "save the machine's memory",
        "3001da2ab76819686f73742e6d616368696e65e8e8e8080315412133221100554477668899aabbccddeeffe0")]
    [InlineData("continue", "continue the machine",
        "3001da2ab76819686f73742e6d616368696e65e8e8e8080319412133221100554477668899aabbccddeeffe0")]
    [InlineData("undefine", "remove the machine",
        "3001da2ab76819686f73742e6d616368696e65e8e8e808031d412133221100554477668899aabbccddeeffe0")]
    [InlineData("define", "define the machine",
        "3001d248b84c17686f73742e646566696e65e8e8e820e8402133221100554477668899aabbccddeeff410361"
        + "010901020341096469736b410d7365636f6e64410d636f6e666967e0e0")]
    [InlineData("stop", "stop the machine",
        "3001097afbf113686f73742e73746f70e8e8e8402133221100554477668899aabbccddeeff81801d2c040000"
        + "0000e0")]
    [InlineData("nmi", "send the machine an interrupt",
        "3001b7fbcc201f686f73742e696e6a6563742d6e6d69e8e8e8402133221100554477668899aabbccddeeffe0")]
    [InlineData("console", "read the console",
        "30012087304119686f73742e636f6e736f6c65e8e8e8402133221100554477668899aabbccddeeff0125e0")]
    [InlineData("volumes", "list the volumes", "30018f63120119686f73742e766f6c756d6573e8e8e8e0")]
    [InlineData("size", "look at the volume", "3001416a993c21686f73742e766f6c756d652d73697a65e8e8e840096469736be0")]
    [InlineData("write", "make the config drive",
        "300167cc965023686f73742e77726974652d766f6c756d65e8e8e840096469736b4107010203e0")]
    [InlineData("overlay", "make the disk",
        "30018f5654b719686f73742e6f7665726c6179e8e8e840096469736b4109626173650105012de0")]
    [InlineData("copy", "copy the disk",
        "3001aeb0e07c21686f73742e636f70792d766f6c756d65e8e8e840096469736b4109636f70790131e0")]
    [InlineData("snapshot", "copy the disk",
        "3001fde5a3181b686f73742e736e617073686f74e8e8e8402133221100554477668899aabbccddeeff410964"
        + "69736b4109636f7079e0")]
    [InlineData("delete", "delete the volume",
        "30015117de0e25686f73742e64656c6574652d766f6c756d65e8e8e840096469736be0")]
    [InlineData("image", "import the image",
        "300185e13e6025686f73742e707265706172652d696d616765e8e8e8400b696d6167650135e0")]
    [InlineData("receive", "receive the disk",
        "3001b148350b23686f73742e726563656976652d6469736be8e8e8400b746865726541096469736be0")]
    public void A_call_is_sent_and_understood_as_by_the_version_before(string name, string operation, string sent)
    {
        var serializer = services.GetRequiredService<Serializer>();
        var call = Calls[name];
        Assert.Equal(operation, call.Operation);
        var bytes = Convert.ToHexStringLower(serializer.SerializeToArray(call));
        // All of them, where a failure shows some: of a new call's they are to be copied.
        TestContext.Current.TestOutputHelper?.WriteLine(bytes);
        Assert.Equal(sent, bytes);
        var arrived = serializer.Deserialize<HostCall>(Convert.FromHexString(sent));
        Assert.IsType(call.GetType(), arrived);
        Assert.Equal(sent, Convert.ToHexStringLower(serializer.SerializeToArray(arrived)));
    }

    /// <summary>Another error would be taken for the node's silence, and be waited for.</summary>
    [Fact]
    public void A_call_that_only_the_next_version_knows_is_answered_by_an_error()
    {
        var serializer = services.GetRequiredService<Serializer>();
        var unknown = Convert.FromHexString(
            "3001b7fbcc201f686f73742e696e6a6563742d6e6e6ae8e8e8402133221100554477668899aabbccddeeffe0");
        var error = Assert.ThrowsAny<SerializerException>(() => serializer.Deserialize<HostCall>(unknown));
        Assert.IsNotAssignableFrom<OrleansException>(error);
    }

    [Fact]
    public void Every_call_is_covered()
        => Assert.Equal(
            typeof(HostCall).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(HostCall))).ToHashSet(),
            Calls.Values.Select(call => call.GetType()).ToHashSet());
}
