namespace Kiroku.Images;

/// <summary>
/// An image cannot become a disk; the message is one sentence for its owner, and another try ends the same.
/// </summary>
internal sealed class ImageRejectedException(string message) : Exception(message);
