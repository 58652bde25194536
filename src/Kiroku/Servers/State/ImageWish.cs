namespace Kiroku.Servers.State;

/// <summary>
/// What an image asked of machines when a server took the image; later changes to the image do not reach the server.
/// </summary>
internal sealed record ImageWish(string Image, IReadOnlyDictionary<string, string> Properties)
{
    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <summary>The image's properties, if they are of the image of that id: a node of the version before changes the
    /// image alone.</summary>
    public static IReadOnlyDictionary<string, string> Of(ImageWish? wish, string? image)
        => wish is not null && wish.Image == image ? wish.Properties : None;
}
