using Kiroku.Images;

namespace Kiroku.Tests.Images;

public sealed class ForeignDiskTests : IDisposable
{
    private static readonly string[] Formats = ["vmdk", "vhd", "vhdx", "vdi", "iso"];
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void The_size_of_a_disk_is_read_from_the_header_of_its_format()
    {
        foreach (var format in Formats)
            Assert.Equal((format, (long)ForeignDisks.Size), (format, SizeOf(format, ForeignDisks.Of(format))));
        Assert.Equal(1L << 30, SizeOf("vhd", ForeignDisks.Vhd(1 << 30, grows: false)));
        Assert.Equal(1L << 30, SizeOf("vmdk", ForeignDisks.Vmdk(1 << 30, "streamOptimized", version: 3)));
    }

    [Fact]
    public void A_header_that_is_cut_short_damaged_or_absurd_states_no_size()
    {
        foreach (var format in Formats)
        {
            Assert.Null(SizeOf(format, []));
            Assert.Null(SizeOf(format, [1, 2, 3]));
            Assert.Null(SizeOf(format, ForeignDisks.Of(format, 0)));
            Assert.Null(SizeOf(format, ForeignDisks.Of(format)[..40]));
        }
        foreach (var format in Formats.Except(["iso"]))
            Assert.Null(SizeOf(format, ForeignDisks.Of(format, ulong.MaxValue)));
        Assert.Null(SizeOf("vmdk", ForeignDisks.Vmdk(1 << 30, "monolithicFlat")));
        Assert.Null(SizeOf("vmdk", ForeignDisks.Vmdk(1 << 30, version: 9)));
        Assert.Null(SizeOf("iso", ForeignDisks.Iso(100, descriptor: 2)));
    }

    [Fact]
    public void Tables_that_point_anywhere_are_not_followed_out_of_the_file()
    {
        foreach (var place in (ulong[])[0, 1, long.MaxValue, ulong.MaxValue, ulong.MaxValue - 0x10000])
            Assert.Null(SizeOf("vhdx", ForeignDisks.Vhdx(1 << 30, place)));
        Assert.Null(SizeOf("vhdx", ForeignDisks.Vhdx(1 << 30, entries: 0)));
        Assert.Equal(1L << 30, SizeOf("vhdx", ForeignDisks.Vhdx(1 << 30, entries: uint.MaxValue)));
    }

    private long? SizeOf(string format, byte[] bytes)
    {
        File.WriteAllBytes(file, bytes);
        using var content = File.OpenHandle(file);
        return ForeignDisk.SizeOf(content, format);
    }
}
