using Kiroku.Hypervisors;

namespace Kiroku.SystemTests.Hypervisors;

/// <content>Received files, byte for byte.</content>
public sealed partial class PrivateHypervisorTests
{
    [Fact]
    public async Task A_received_file_is_the_stream_byte_for_byte_with_its_holes()
    {
        var random = new byte[3 * MiB + 17];
        new Random(1).NextBytes(random.AsSpan((int)MiB, 100_000));
        new Random(2).NextBytes(random.AsSpan((2 * (int)MiB) + 5, 17));
        // Files that end in a hole, begin with one, consist of one, or are empty.
        foreach (var bytes in new byte[][] { random, random[(int)MiB..], random[..(int)MiB], [] })
        {
            await ReceiveAsync(NameOf("raw"), new VolumeContent(VolumeFormat.Raw, bytes.Length, bytes.Length), bytes);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(Host.FileOf(NameOf("raw")), Token));
            Assert.InRange(await AllocatedAsync("raw"), 0, 400_000);
            Assert.Equal(bytes.Length, await Hypervisor.GetVolumeSizeAsync(NameOf("raw"), Token));
            Assert.Equal(bytes, await ExportAsync(NameOf("raw")));
        }
    }

    [Fact]
    public async Task A_qcow2_file_may_be_shorter_than_one_that_libvirt_makes()
    {
        var file = Path.GetTempFileName();
        await Commands.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-o", "cluster_size=512", file, "3M");
        var bytes = await File.ReadAllBytesAsync(file, Token);
        await ReceiveAsync(NameOf("small"), new VolumeContent(VolumeFormat.Qcow2, 3 * MiB, bytes.Length), bytes);
        Assert.Equal(3 * MiB, await Hypervisor.GetVolumeSizeAsync(NameOf("small"), Token));
        await Commands.RunAsync("qemu-img", "check", "-q", Host.FileOf(NameOf("small")));
        await Commands.RunAsync("qemu-img", "compare", "-q", file, Host.FileOf(NameOf("small")));
        File.Delete(file);
    }

    [Fact]
    public async Task A_large_disk_with_little_on_it_stays_small()
    {
        var image = Path.GetTempFileName();
        var written = new byte[5 * MiB];
        new Random(1).NextBytes(written);
        await using (var file = File.OpenWrite(image))
        {
            file.SetLength(1024 * MiB);
            file.Position = 700 * MiB;
            await file.WriteAsync(written, Token);
        }
        await Hypervisor.ImportVolumeAsync(NameOf("image"), image, VolumeFormat.Raw, null, Token);
        File.Delete(image);
        await Hypervisor.CreateOverlayAsync(NameOf("disk"), NameOf("image"), VolumeFormat.Raw, 1024 * MiB, Token);
        await Hypervisor.CopyVolumeAsync(NameOf("disk"), NameOf("copy"), 2048 * MiB, null, Token);
        var content = await Hypervisor.DescribeVolumeAsync(NameOf("copy"), Token);
        Assert.InRange(content.FileBytes, written.Length, 8 * MiB);
        await ReceiveAsync(NameOf("moved"), content, await ExportAsync(NameOf("copy")));
        Assert.InRange(await AllocatedAsync("moved"), written.Length, 8 * MiB);
        await Commands.RunAsync(
            "qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2",
            Host.FileOf(NameOf("image")), Host.FileOf(NameOf("moved")));
        Assert.Equal(content, await Hypervisor.DescribeVolumeAsync(NameOf("moved"), Token));
        // The copy shows which format libvirt assumes.
        await Hypervisor.CopyVolumeAsync(NameOf("moved"), NameOf("again"), 2048 * MiB, null, Token);
        await Commands.RunAsync(
            "qemu-img", "compare", "-q", Host.FileOf(NameOf("moved")), Host.FileOf(NameOf("again")));
    }

    [Fact]
    public async Task A_disk_that_refers_to_another_file_is_not_received()
    {
        var disk = await NewDiskAsync();
        var content = await Hypervisor.DescribeVolumeAsync(disk, Token);
        var bytes = await ExportAsync(disk);
        var failure = await Assert.ThrowsAsync<HypervisorException>(
            () => ReceiveAsync(NameOf("moved"), content, bytes));
        Assert.Equal(HypervisorFailure.NotSupported, failure.Failure);
        await ExpectNothingAsync(NameOf("moved"));
    }

    [Fact]
    public async Task A_volume_counts_as_absent_until_its_last_byte_has_come()
    {
        var copy = await NewCopyAsync();
        var content = await Hypervisor.DescribeVolumeAsync(copy, Token);
        var bytes = await ExportAsync(copy);
        await using var other = Host.Connect();
        var held = new HeldStream(bytes);
        var receiving = Hypervisor.ReceiveVolumeAsync(NameOf("moved"), content, held, null, Token);
        await held.AllButTheEnd;
        Assert.Null(await other.GetVolumeSizeAsync(NameOf("moved"), Token));
        await Assert.ThrowsAsync<HypervisorException>(() => other.DescribeVolumeAsync(NameOf("moved"), Token));
        await Assert.ThrowsAsync<HypervisorException>(
            () => other.ExportVolumeAsync(NameOf("moved"), Stream.Null, Token));
        Assert.Contains(NameOf("moved"), await other.ListVolumesAsync(Token));
        held.End();
        await receiving;
        Assert.Equal(content, await other.DescribeVolumeAsync(NameOf("moved"), Token));
    }

    private async Task<long> AllocatedAsync(string volume) => 512 * long.Parse(
        await Commands.RunAsync("stat", "-c", "%b", Host.FileOf(NameOf(volume))),
        System.Globalization.CultureInfo.InvariantCulture);
}
