using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Images;

namespace Kiroku.Proxies;

/// <summary>/images: the images of the image service in Nova's form (nova/api/openstack/compute/images.py).</summary>
internal static class ImageProxyApi
{
    private const string NotFound = "Image not found.";

    public static void MapImageProxy(this IEndpointRouteBuilder app)
    {
        app.MapGet("/images", List).UpTo(ProxyAccess.Last);
        app.MapGet("/images/detail", Detail).UpTo(ProxyAccess.Last);
        app.MapGet("/images/{id}", Show).UpTo(ProxyAccess.Last);
        app.MapDelete("/images/{id}", Delete).UpTo(ProxyAccess.Last);
    }

    /// <summary>The image, if the caller may see it.</summary>
    /// <exception cref="Fault">404.</exception>
    public static Task<Image> FindAsync(HttpContext context, string id, ImageStore store)
        => ImageAccess.FindAsync(id, context, store, context.RequestAborted, NotFound);

    private static Task<IResult> List(HttpContext context, ImageStore store)
        => ListAsync(context, store, new ImageProxyView(context.Request).WriteBrief);

    private static Task<IResult> Detail(HttpContext context, ImageStore store)
        => ListAsync(context, store, new ImageProxyView(context.Request).Write);

    private static async Task<IResult> ListAsync(
        HttpContext context, ImageStore store, Action<Utf8JsonWriter, Image> write)
    {
        var (caller, parameters) = (Caller.Of(context), new QueryParameters(context.Request));
        ImageAccess.Require(caller, ImageRules.List, caller.ProjectId);
        var query = new ImageProxyQuery(context.Request);
        var seen = await store.ListAsync(
            ImageFilter.Read(query.Asked), ImageViewer.Of(caller), context.RequestAborted);
        var page = new ImagePage(query.Asked, seen).Images;
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("images");
            foreach (var image in page)
                write(json, image);
            json.WriteEndArray();
            parameters.WriteNextLink(
                json, "images_links", page.Count, query.Limit, page.Count > 0 ? page[^1].Id : null, always: false);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Show(HttpContext context, string id, ImageStore store)
        => ProxyAccess.One("image", await FindAsync(context, id, store), new ImageProxyView(context.Request).Write);

    private static async Task<IResult> Delete(HttpContext context, string id, ImageStore store, ImageUpload upload)
    {
        var image = await FindAsync(context, id, store);
        if (image.Protected || !Caller.Of(context).May(ImageRules.Delete, image.Owner))
            throw new Fault(403, "You are not allowed to delete the image.");
        await upload.DeleteAsync(image.Id, context.RequestAborted);
        return TypedResults.NoContent();
    }
}
