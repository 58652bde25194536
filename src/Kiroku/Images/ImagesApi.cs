using Kiroku.Api;
using Kiroku.Identity;
using Kiroku.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace Kiroku.Images;

/// <summary>Images and their bytes (Glance's v2).</summary>
internal static class ImagesApi
{
    private const string Octets = "application/octet-stream";

    public static void MapImageRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/image", ImageVersions.List);
        app.MapGet("/image/versions", ImageVersions.List);
        app.MapGet("/image/v2/images", List);
        app.MapPost("/image/v2/images", Create);
        app.MapGet("/image/v2/images/{id}", Show);
        app.MapDelete("/image/v2/images/{id}", Delete);
        app.MapGet("/image/v2/images/{id}/file", Download);
        app.MapPut("/image/v2/images/{id}/file", Upload);
    }

    /// <exception cref="Fault">403 in Glance's words, if the rule does not let the caller.</exception>
    public static void Require(Caller caller, string rule, string owner)
    {
        if (!caller.May(rule, owner))
            throw new Fault(403, $"You are not authorized to complete {rule} action.");
    }

    private static async Task<JsonResponse> List(HttpContext context, ImageStore store, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        var images = await store.ListAsync(ImageFilter.Read(query), Caller.Of(context), cancellationToken);
        var page = new ImagePage(query, images);
        return JsonResponse.Ok(json => ImageView.WriteList(json, page));
    }

    private static async Task<JsonResponse> Create(HttpContext context, ImageStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var image = ImageRequest.Read(await RequestBody.ReadObjectAsync(context.Request), Caller.Of(context), time.UtcNow());
        if (!await store.AddAsync(image, cancellationToken))
            throw Fault.Conflict($"Image ID {image.Id} already exists!");
        context.Response.Headers.Location = $"{Links.Base(context.Request)}/image/v2/images/{image.Id}";
        return new JsonResponse(StatusCodes.Status201Created, json => ImageView.Write(json, image));
    }

    private static async Task<JsonResponse> Show(string id, HttpContext context, ImageStore store, CancellationToken cancellationToken)
    {
        var image = await FindAsync(id, context, store, cancellationToken);
        return JsonResponse.Ok(json => ImageView.Write(json, image));
    }

    private static async Task<IResult> Delete(string id, HttpContext context, ImageStore store, ImageFiles files, CancellationToken cancellationToken)
    {
        var image = await FindAsync(id, context, store, cancellationToken);
        Require(Caller.Of(context), Rules.ImageDelete, image.Owner);
        if (image.Protected)
            throw new Fault(403, $"Image {id} is protected and cannot be deleted.");
        if (await store.DeleteAsync(id, cancellationToken))
            files.Delete(id);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> Download(string id, HttpContext context, ImageStore store, ImageFiles files, CancellationToken cancellationToken)
    {
        var image = await FindAsync(id, context, store, cancellationToken);
        if (image.Status != ImageStatus.Active)
            return TypedResults.NoContent();
        return TypedResults.PhysicalFile(files.PathOf(id), Octets, enableRangeProcessing: true);
    }

    private static async Task<IResult> Upload(string id, HttpContext context, ImageStore store, ImageUpload upload, CancellationToken cancellationToken)
    {
        var image = await FindAsync(id, context, store, cancellationToken);
        Require(Caller.Of(context), Rules.ImageUpload, image.Owner);
        if (!Octets.Equals(context.Request.ContentType?.Split(';')[0].Trim(), StringComparison.OrdinalIgnoreCase))
            throw new Fault(415, $"The request must be of the content type {Octets}.");
        // The size is limited where the bytes are taken.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        await upload.SaveAsync(image, context.Request.Body, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Image> FindAsync(string id, HttpContext context, ImageStore store, CancellationToken cancellationToken)
        => await store.FindVisibleAsync(id, Caller.Of(context), cancellationToken) ?? throw Fault.NotFound($"No image found with ID {id}");
}
