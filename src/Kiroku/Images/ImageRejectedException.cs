namespace Kiroku.Images;

/// <summary>
/// An image cannot become a disk, and trying again will not help. The message is one sentence for its owner.
/// </summary>
internal sealed class ImageRejectedException(string message) : Exception(message);
