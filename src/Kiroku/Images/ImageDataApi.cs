using Kiroku.Access;
using Kiroku.Api;
using Microsoft.AspNetCore.Http.Features;

namespace Kiroku.Images;

/// <summary>Upload and download of images' bytes (glance/api/v2/image_data.py).</summary>
internal static class ImageDataApi
{
    private const string Octets = "application/octet-stream";

    public static void MapImageData(this IEndpointRouteBuilder app)
    {
        app.MapGet("/image/v2/images/{id}/file", Download);
        app.MapPut("/image/v2/images/{id}/file", Upload);
    }

    private static async Task<IResult> Download(
        string id, HttpContext context, ImageStore store, ImageCopies copies, CancellationToken cancellationToken)
    {
        var image = await ImageAccess.FindAsync(id, context, store, cancellationToken);
        var caller = Caller.Of(context);
        if (image.Status == ImageStatus.Deactivated && !caller.IsAdmin)
            throw new Fault(403, "The requested image has been deactivated. Image data download is forbidden.");
        ImageAccess.Require(caller, ImageRules.Download, caller.ProjectId);
        if (image.Checksum is null)
            return TypedResults.NoContent();
        var file = await EnsureAsync(image, copies, cancellationToken);
        context.Response.Headers.ContentMD5 = image.Checksum;
        IgnoreUnknownRange(context.Request);
        return TypedResults.PhysicalFile(file, Octets, enableRangeProcessing: true);
    }

    /// <summary>
    /// ASP.NET would take a range of any unit for bytes, but one of an unknown unit must be ignored (RFC 9110, 14.2).
    /// </summary>
    private static void IgnoreUnknownRange(HttpRequest request)
    {
        if (request.GetTypedHeaders().Range is { } range
            && !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase))
            request.Headers.Range = default;
    }

    private static async Task<string> EnsureAsync(Image image, ImageCopies copies, CancellationToken cancellationToken)
    {
        try
        {
            return await copies.EnsureAsync(image, cancellationToken);
        }
        catch (ImageUnavailableException e)
        {
            throw Fault.Unavailable(e.Message);
        }
    }

    private static async Task<IResult> Upload(
        string id, HttpContext context, ImageStore store, ImageUpload upload, CancellationToken cancellationToken)
    {
        var request = context.Request;
        if (!Octets.Equals(request.ContentType?.Split(';')[0].Trim(), StringComparison.OrdinalIgnoreCase))
            throw new Fault(415, $"Invalid content type {request.ContentType ?? "None"}");
        var image = await ImageAccess.FindAsync(id, context, store, cancellationToken);
        ImageAccess.Require(Caller.Of(context), ImageRules.Upload, image.Owner);
        // The upload itself limits the size.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        await upload.SaveAsync(
            image, request.Body, cancellationToken, new StatedBytes(request.ContentLength, Md5Of(request)));
        return TypedResults.NoContent();
    }

    /// <summary>The checksum that the sender states: in Base64 as in HTTP, or in hex as Glance shows it.</summary>
    private static string? Md5Of(HttpRequest request)
    {
        if (request.Headers.ContentMD5 is not [{ Length: > 0 } sent, ..])
            return null;
        var bytes = new byte[16];
        if (sent.Length == 32 && sent.All(char.IsAsciiHexDigit))
            return sent.ToLowerInvariant();
        return Convert.TryFromBase64String(sent, bytes, out var length) && length == bytes.Length
            ? Convert.ToHexStringLower(bytes)
            : throw Fault.BadRequest($"Content-MD5 is no MD5 checksum: {sent}");
    }
}
