using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>Decides which images a caller may see and change. Refusals are in Glance's words.</summary>
internal static class ImageAccess
{
    /// <exception cref="Fault">403 in Glance's words if the rule does not allow the caller.</exception>
    public static void Require(Caller caller, Rule rule, string owner)
    {
        if (!caller.May(rule, owner))
            throw new Fault(403, $"You are not authorized to complete {rule.Name} action.");
    }

    /// <summary>The image, if the caller may see it.</summary>
    /// <exception cref="Fault">404 otherwise, with the given message or the usual one.</exception>
    public static async Task<Image> FindAsync(
        string id, HttpContext context, ImageStore store, CancellationToken cancellationToken, string? unknown = null)
    {
        var caller = Caller.Of(context);
        var image = caller.May(ImageRules.Show, caller.ProjectId)
            ? await store.FindVisibleAsync(id, ImageViewer.Of(caller), cancellationToken)
            : null;
        return image ?? throw Fault.NotFound(unknown ?? $"No image found with ID {id}");
    }
}
