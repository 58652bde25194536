namespace Kiroku.Images;

/// <summary>Settings of the image service.</summary>
internal sealed class ImagesOptions
{
    public const string Section = "Images";

    /// <summary>The largest image taken, in bytes (Glance's [DEFAULT] image_size_cap).</summary>
    public long MaxSize { get; init; } = 1L << 40;

    /// <summary>
    /// A folder for the bytes of images that all nodes share; without one each node keeps what it takes in its data
    /// folder.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// A qcow2 file to offer to everyone as the image <c>kiroku-guest</c>; also <c>KIROKU_GUEST_IMAGE</c>, which
    /// <c>./kiroku</c> sets to the image it made.
    /// </summary>
    public string? GuestImage { get; set; }
}
