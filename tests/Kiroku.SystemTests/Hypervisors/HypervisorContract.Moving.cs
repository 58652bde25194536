using System.IO.Pipelines;
using Kiroku.Hypervisors;

namespace Kiroku.SystemTests.Hypervisors;

/// <content>Export and import of volumes.</content>
public abstract partial class HypervisorContract
{
    /// <summary>Makes a flat disk of 16 MiB as a move does: the copy of one that is based on an image.</summary>
    private protected async Task<string> NewCopyAsync(string name = "copy")
    {
        var disk = await NewDiskAsync(name + "-from");
        await Hypervisor.CopyVolumeAsync(disk, NameOf(name), 16 * MiB, null, Token);
        return NameOf(name);
    }

    private protected async Task<byte[]> ExportAsync(string volume)
    {
        using var bytes = new MemoryStream();
        await Hypervisor.ExportVolumeAsync(volume, bytes, Token);
        return bytes.ToArray();
    }

    private protected Task ReceiveAsync(string volume, VolumeContent content, byte[] bytes)
        => Hypervisor.ReceiveVolumeAsync(volume, content, new MemoryStream(bytes), null, Token);

    private protected async Task ExpectNothingAsync(string volume)
    {
        Assert.Null(await Hypervisor.GetVolumeSizeAsync(volume, Token));
        Assert.DoesNotContain(volume, await Hypervisor.ListVolumesAsync(Token));
    }

    [Fact]
    public async Task A_disk_goes_through_a_pipe_and_comes_out_the_same()
    {
        var (copy, moved) = (await NewCopyAsync(), NameOf("moved"));
        var content = await Hypervisor.DescribeVolumeAsync(copy, Token);
        var bytes = await ExportAsync(copy);
        Assert.Equal(new VolumeContent(VolumeFormat.Qcow2, 16 * MiB, bytes.Length), content);
        var pipe = new Pipe();
        var progress = new Listed();
        var receiving = Hypervisor.ReceiveVolumeAsync(moved, content, pipe.Reader.AsStream(), progress, Token);
        await Hypervisor.ExportVolumeAsync(copy, pipe.Writer.AsStream(), Token);
        await pipe.Writer.CompleteAsync();
        await receiving;
        Assert.Equal(content, await Hypervisor.DescribeVolumeAsync(moved, Token));
        Assert.Equal(16 * MiB, await Hypervisor.GetVolumeSizeAsync(moved, Token));
        Assert.Equal(bytes, await ExportAsync(moved));
        Assert.Equal(1, progress.Values[^1]);
        Assert.Equal(progress.Values.Order(), progress.Values);
    }

    [Fact]
    public async Task A_config_drive_travels_too()
    {
        var (drive, moved) = (NameOf("drive"), NameOf("moved"));
        await Hypervisor.WriteVolumeAsync(drive, [.. Enumerable.Range(0, 5000).Select(i => (byte)i)], Token);
        var content = await Hypervisor.DescribeVolumeAsync(drive, Token);
        Assert.Equal(new VolumeContent(VolumeFormat.Raw, 5000, 5000), content);
        var bytes = await ExportAsync(drive);
        await ReceiveAsync(moved, content, bytes);
        Assert.Equal(content, await Hypervisor.DescribeVolumeAsync(moved, Token));
        Assert.Equal(bytes, await ExportAsync(moved));
    }

    [Fact]
    public async Task Receiving_replaces_what_was_there()
    {
        var (copy, moved) = (await NewCopyAsync(), NameOf("moved"));
        await Hypervisor.WriteVolumeAsync(moved, new byte[3 * MiB], Token);
        var content = await Hypervisor.DescribeVolumeAsync(copy, Token);
        var bytes = await ExportAsync(copy);
        await Twice(() => ReceiveAsync(moved, content, bytes));
        Assert.Equal(content, await Hypervisor.DescribeVolumeAsync(moved, Token));
        Assert.Equal(bytes, await ExportAsync(moved));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(200_000)]
    [InlineData(int.MaxValue)]
    public async Task A_stream_that_breaks_leaves_nothing(int at)
    {
        var (copy, moved) = (await NewCopyAsync(), NameOf("moved"));
        var content = await Hypervisor.DescribeVolumeAsync(copy, Token);
        var bytes = await ExportAsync(copy);
        await Hypervisor.WriteVolumeAsync(moved, [1], Token);
        await using var broken = new BreakingStream(bytes[..Math.Min(at, bytes.Length)]);
        var failure = await Assert.ThrowsAsync<HypervisorException>(
            () => Hypervisor.ReceiveVolumeAsync(moved, content, broken, null, Token));
        Assert.Equal((HypervisorFailure.Failed, "receive the disk"), (failure.Failure, failure.Operation));
        Assert.Contains(BreakingStream.Reason, failure.Message, StringComparison.Ordinal);
        await ExpectNothingAsync(moved);
        await ReceiveAsync(moved, content, bytes);
        Assert.Equal(16 * MiB, await Hypervisor.GetVolumeSizeAsync(moved, Token));
    }

    [Fact]
    public async Task A_volume_that_differs_from_its_announcement_is_not_kept()
    {
        var (copy, moved) = (await NewCopyAsync(), NameOf("moved"));
        var content = await Hypervisor.DescribeVolumeAsync(copy, Token);
        var bytes = await ExportAsync(copy);
        foreach (var (announced, came) in new[]
        {
            (content with { Bytes = 32 * MiB }, bytes),
            (content with { Format = VolumeFormat.Raw }, bytes),
            (content, new byte[bytes.Length]),
            (content, []),
        })
        {
            await Assert.ThrowsAsync<HypervisorException>(() => ReceiveAsync(moved, announced, came));
            await ExpectNothingAsync(moved);
        }
    }

    [Fact]
    public async Task Silent_senders_hold_up_nobody_and_their_receivers_can_give_up()
    {
        var (copy, moved) = (await NewCopyAsync(), NameOf("moved"));
        var content = await Hypervisor.DescribeVolumeAsync(copy, Token);
        var bytes = await ExportAsync(copy);
        using var giveUp = new CancellationTokenSource();
        var receiving = Enumerable.Range(0, 20).Select(number => Hypervisor.ReceiveVolumeAsync(
            NameOf($"moved{number}"), content, new SilentStream(), null, giveUp.Token)).ToList();
        await Hypervisor.CopyVolumeAsync(copy, moved, 16 * MiB, null, Token);
        Assert.Equal(bytes, await ExportAsync(copy));
        await giveUp.CancelAsync();
        foreach (var receiver in receiving)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiver);
        for (var number = 0; number < receiving.Count; number++)
        {
            // By the time of this call it is gone already.
            await ExpectNothingAsync(NameOf($"moved{number}"));
        }
        await ReceiveAsync(NameOf("moved0"), content, bytes);
    }

    [Fact]
    public async Task Readers_that_take_nothing_hold_up_nobody()
    {
        var (copy, moved) = (await NewCopyAsync(), NameOf("moved"));
        var content = await Hypervisor.DescribeVolumeAsync(copy, Token);
        var bytes = await ExportAsync(copy);
        using var giveUp = new CancellationTokenSource();
        // More than are read at the same time.
        var read = Enumerable.Range(0, 4).Select(number => NameOf($"read{number}")).ToList();
        foreach (var volume in read)
            await Hypervisor.CopyVolumeAsync(copy, volume, 16 * MiB, null, Token);
        var exporting = read
            .Select(volume => Hypervisor.ExportVolumeAsync(volume, new SilentStream(), giveUp.Token)).ToList();
        await ReceiveAsync(moved, content, bytes);
        await Hypervisor.CopyVolumeAsync(moved, NameOf("again"), 16 * MiB, null, Token);
        await giveUp.CancelAsync();
        foreach (var exporter in exporting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exporter);
        Assert.Equal(bytes, await ExportAsync(copy));
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_gives_way_to_a_later_operation_on_the_volume()
    {
        var copy = await NewCopyAsync();
        var bytes = await ExportAsync(copy);
        foreach (var later in new Func<Task>[]
        {
            async () => Assert.Equal(bytes, await ExportAsync(copy)),
            () => Hypervisor.DeleteVolumeAsync(copy, Token),
        })
        {
            var silent = Hypervisor.ExportVolumeAsync(copy, new SilentStream(), Token);
            await later();
            var failure = await Assert.ThrowsAsync<HypervisorException>(() => silent);
            Assert.Contains("something else is to be done with it", failure.Message, StringComparison.Ordinal);
        }
        await ExpectNothingAsync(copy);
    }

    [Fact]
    public async Task A_missing_volume_is_neither_described_nor_exported()
    {
        foreach (var call in new Func<Task>[]
        {
            () => Hypervisor.DescribeVolumeAsync(NameOf("none"), Token),
            () => Hypervisor.ExportVolumeAsync(NameOf("none"), Stream.Null, Token),
        })
        {
            var failure = await Assert.ThrowsAsync<HypervisorException>(call);
            Assert.Equal(HypervisorFailure.Failed, failure.Failure);
            Assert.Contains("there is no volume", failure.Message, StringComparison.Ordinal);
        }
    }

    private protected sealed class Listed : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
