using Kiroku.Hypervisors;
using Kiroku.Images;

namespace Kiroku.Tests.Images;

public sealed class DiskImageTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_qcow2_image_says_how_large_its_disk_is(uint version)
        => Assert.Equal(
            new DiskImage(VolumeFormat.Qcow2, 1 << 30), Inspect("qcow2", new Qcow2 { Version = version }.ToBytes()));

    [Fact]
    public void A_raw_image_is_as_large_as_its_file()
        => Assert.Equal(new DiskImage(VolumeFormat.Raw, 700), Inspect("raw", new byte[700]));

    [Fact]
    public void Features_that_QEMU_itself_may_set_are_accepted()
        => Assert.Equal(
            1 << 30, Inspect("qcow2", new Qcow2 { Features = 0b1_1001, HeaderLength = 112 }.ToBytes()).VirtualSize);

    [Theory]
    [InlineData("qcow2", 0, "The image is empty.")]
    [InlineData("raw", 0, "The image is empty.")]
    [InlineData("qcow2", 3, "The image is declared qcow2 but its content is not.")]
    [InlineData("qcow2", 5000, "The image is declared qcow2 but its content is not.")]
    [InlineData("vmdk", 5000, "Images of the disk format vmdk are not supported; qcow2 and raw are.")]
    [InlineData(null, 5000, "The image declares no disk format.")]
    public void Content_that_does_not_match_its_format_is_rejected(string? format, int length, string reason)
        => Assert.Equal(reason, Rejection(format, [.. Enumerable.Range(0, length).Select(i => (byte)i)]));

    [Fact]
    public void A_raw_image_that_is_really_qcow2_is_rejected()
        => Assert.Equal("The image is declared raw but its content is qcow2.", Rejection("raw", new Qcow2().ToBytes()));

    [Fact]
    public void A_raw_image_that_is_really_a_foreign_disk_is_rejected()
    {
        foreach (var format in (string[])["vmdk", "vhd", "vhdx", "vdi"])
            Assert.Equal($"The image is declared raw but its content is {format}.",
                Rejection("raw", ForeignDisks.Of(format)));
        Assert.Equal("The image is declared raw but its content is encrypted by LUKS, which is not supported.",
            Rejection("raw", ForeignDisks.Of("luks")));
        Assert.Equal(40 * 1024, Inspect("raw", ForeignDisks.Of("iso")).VirtualSize);
    }

    [Fact]
    public void An_image_that_needs_other_files_is_rejected()
    {
        const string Backing =
            "The image stands on a backing file; only images that are complete in themselves are taken.";
        Assert.Equal(Backing, Rejection("qcow2", new Qcow2 { BackingFile = 512, BackingFileLength = 11 }.ToBytes()));
        Assert.Equal(Backing, Rejection("qcow2", new Qcow2 { Version = 2, BackingFile = 512 }.ToBytes()));
        Assert.Equal(
            "The image keeps its data in another file; only images that are complete in themselves are taken.",
            Rejection("qcow2", new Qcow2 { Features = 1 << 2 }.ToBytes()));
    }

    [Fact]
    public void Encrypted_corrupt_unknown_and_absurd_images_are_rejected()
    {
        Assert.Equal("The image is encrypted, which is not supported.",
            Rejection("qcow2", new Qcow2 { Encryption = 2 }.ToBytes()));
        foreach (var feature in (int[])[1, 5, 63])
            Assert.Equal("The image is marked corrupt or needs features that are not known.",
                Rejection("qcow2", new Qcow2 { Features = 1UL << feature }.ToBytes()));
        Assert.Equal("The image is qcow2 of version 4, which is not supported; 2 and 3 are.",
            Rejection("qcow2", new Qcow2 { Version = 4 }.ToBytes()));
        foreach (var size in (ulong[])[0, ulong.MaxValue, 1UL << 63, (1UL << 46) + 1])
            Assert.Equal($"The image says it is a disk of {size} bytes, which cannot be.",
                Rejection("qcow2", new Qcow2 { Size = size }.ToBytes()));
    }

    [Fact]
    public void A_damaged_header_is_rejected()
    {
        Qcow2[] damaged =
        [
            new() { FileLength = 4 }, new() { FileLength = 71 }, new() { FileLength = 103 },
            new() { FileLength = 65_536 },
            new() { ClusterBits = 0 }, new() { ClusterBits = 64 }, new() { Tables = 0 }, new() { Tables = 0x10001 },
            new() { HeaderLength = 72 }, new() { HeaderLength = 105 },
        ];
        Assert.All(damaged,
            image => Assert.Equal(
                "The image's qcow2 header is damaged or cut short.", Rejection("qcow2", image.ToBytes())));
    }

    private DiskImage Inspect(string? format, byte[] content)
    {
        File.WriteAllBytes(file, content);
        return DiskImage.Inspect(file, format);
    }

    private string Rejection(string? format, byte[] content)
        => Assert.Throws<ImageRejectedException>(() => Inspect(format, content)).Message;
}
