using System.IO.Pipelines;
using Kiroku.Hypervisors;
using Kiroku.Tests.Fakes;

namespace Kiroku.Tests.Hypervisors;

/// <summary>Disks that move between fake hosts can be told apart, as real ones can.</summary>
public sealed class FakeMovingTests
{
    private readonly FakeHost source = new();
    private readonly FakeHost destination = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_moved_volume_is_the_same()
    {
        source.Volumes["disk"] = new FakeVolume(1L << 34, Guid.NewGuid());
        source.Volumes["config"] = new FakeVolume(3, Guid.NewGuid()) { Written = [1, 2, 3] };
        await MoveAsync("disk");
        await MoveAsync("config");
        Assert.Equal(source.Volumes["disk"], destination.Volumes["disk"]);
        Assert.Equal(
            source.Volumes["config"] with { Written = null }, destination.Volumes["config"] with { Written = null });
        Assert.Equal([1, 2, 3], destination.Volumes["config"].Written);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(256 * 1024)]
    [InlineData((256 * 1024) + 15)]
    public async Task A_volume_that_breaks_off_on_its_way_is_nowhere(long at)
    {
        source.Volumes["disk"] = new FakeVolume(1L << 34, Guid.NewGuid());
        destination.Volumes["disk"] = new FakeVolume(1, Guid.NewGuid());
        var failure = await Assert.ThrowsAsync<HypervisorException>(
            () => MoveAsync("disk", target => new BreakingStream(target, at)));
        Assert.Equal((HypervisorFailure.Failed, "receive the disk"), (failure.Failure, failure.Operation));
        Assert.Empty(destination.Volumes);
        Assert.Single(source.Volumes);
    }

    private async Task MoveAsync(string volume, Func<Stream, Stream>? through = null)
    {
        var sender = new FakeHypervisor(source) { Through = through ?? (target => target) };
        var receiver = new FakeHypervisor(destination);
        var pipe = new Pipe();
        var content = await sender.DescribeVolumeAsync(volume, Token);
        var receiving = receiver.ReceiveVolumeAsync(volume, content, pipe.Reader.AsStream(), null, Token);
        var failure = await Record.ExceptionAsync(
            () => sender.ExportVolumeAsync(volume, pipe.Writer.AsStream(), Token));
        await pipe.Writer.CompleteAsync(failure);
        await receiving;
    }
}
