using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>The body of POST /v2/images, which announces an image.</summary>
internal static class ImageRequest
{
    /// <exception cref="Fault">400 for an invalid body, 403 for an attribute that the caller may not set.</exception>
    public static Image Read(JsonElement body, Caller caller, DateTime now)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw Fault.BadRequest("Unexpected body type. Expected list/dict.");
        var image = Announced(body, caller, now);
        foreach (var attribute in body.EnumerateObject().Where(attribute => attribute.Name is not ("id" or "owner")))
        {
            ImageAttributes.RequireWritable(attribute.Name);
            image = ImageAttributes.Set(image, attribute.Name, attribute.Value, caller);
        }
        ImageAccess.Require(caller, ImageRules.Add, image.Owner);
        return image;
    }

    private static Image Announced(JsonElement body, Caller caller, DateTime now) => new()
    {
        Id = Text(body, "id")?.ToLowerInvariant() ?? Guid.NewGuid().ToString(),
        Owner = Owner(body, caller),
        Visibility = ImageVisibility.Shared,
        Status = ImageStatus.Queued,
        CreatedAt = now,
        UpdatedAt = now,
    };

    private static string Owner(JsonElement body, Caller caller)
    {
        var owner = Text(body, "owner") ?? caller.ProjectId;
        return caller.IsAdmin || owner == caller.ProjectId
            ? owner
            : throw new Fault(403, $"You are not permitted to create images owned by '{owner}'");
    }

    private static string? Text(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return null;
        ImageSchemas.Check(name, value);
        return value.GetString();
    }
}
