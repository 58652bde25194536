namespace Kiroku.Images;

/// <summary>Settings of the image service.</summary>
internal sealed class ImagesOptions
{
    public const string Section = "Images";

    /// <summary>The largest image accepted, in bytes (Glance's [DEFAULT] image_size_cap).</summary>
    public long MaxSize { get; init; } = 1L << 40;

    /// <summary>
    /// A folder for images' bytes that all nodes share. Without one, each node keeps the images that it receives in
    /// its data folder.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// A qcow2 file to register as the public image <c>kiroku-guest</c>; also <c>KIROKU_GUEST_IMAGE</c>, which
    /// <c>./kiroku</c> sets to the image it made.
    /// </summary>
    public string? GuestImage { get; set; }
}
