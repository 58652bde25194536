namespace Kiroku.Images;

/// <summary>Settings of the image service; section <c>Images</c>.</summary>
internal sealed class ImagesOptions
{
    public const string Section = "Images";

    /// <summary>The largest image taken, in bytes; Glance's default ([DEFAULT] image_size_cap) is 1 TiB.</summary>
    public long MaxSize { get; init; } = 1L << 40;

    /// <summary>A folder for the bytes of images that all nodes share; without one each node keeps what it takes in its data folder.</summary>
    public string? Folder { get; init; }

    /// <summary>A qcow2 file to offer to everyone as <c>kiroku-guest</c>; also the environment's KIROKU_GUEST_IMAGE.</summary>
    public string? GuestImage { get; set; }
}
