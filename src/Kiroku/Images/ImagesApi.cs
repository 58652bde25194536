using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>Images (Glance's v2, glance/api/v2/images.py), their tags and their deactivation.</summary>
internal static class ImagesApi
{
    public static void MapImageRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/image/v2/images", List);
        app.MapPost("/image/v2/images", Create);
        app.MapGet("/image/v2/images/{id}", Show);
        app.MapPatch("/image/v2/images/{id}", Update);
        app.MapDelete("/image/v2/images/{id}", Delete);
        app.MapPut("/image/v2/images/{id}/tags/{tag}", AddTag);
        app.MapDelete("/image/v2/images/{id}/tags/{tag}", RemoveTag);
        app.MapPost("/image/v2/images/{id}/actions/deactivate", Deactivate);
        app.MapPost("/image/v2/images/{id}/actions/reactivate", Reactivate);
    }

    private static async Task<JsonResponse> List(
        HttpContext context, ImageStore store, CancellationToken cancellationToken)
    {
        var (caller, query) = (Caller.Of(context), context.Request.Query);
        ImageAccess.Require(caller, ImageRules.List, caller.ProjectId);
        var images = await store.ListAsync(ImageFilter.Read(query), ImageViewer.Of(caller), cancellationToken);
        var page = new ImagePage(query, images);
        return JsonResponse.Ok(json => ImageView.WriteList(json, page));
    }

    private static async Task<JsonResponse> Create(
        HttpContext context, ImageStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var image = ImageRequest.Read(await ImageBody.ReadAsync(context.Request), Caller.Of(context), time.UtcNow());
        if (!await store.AddAsync(image, cancellationToken))
            throw Fault.Conflict($"Image ID {image.Id} already exists!");
        context.Response.Headers.Location = $"{Links.Base(context.Request)}/image/v2/images/{image.Id}";
        return new JsonResponse(StatusCodes.Status201Created, json => ImageView.Write(json, image));
    }

    private static async Task<JsonResponse> Show(
        string id, HttpContext context, ImageStore store, CancellationToken cancellationToken)
    {
        var image = await ImageAccess.FindAsync(id, context, store, cancellationToken);
        return JsonResponse.Ok(json => ImageView.Write(json, image));
    }

    private static async Task<JsonResponse> Update(
        string id, HttpContext context, ImageStore store, CancellationToken cancellationToken)
    {
        var patch = await ImagePatch.ReadAsync(context.Request);
        await ImageAccess.FindAsync(id, context, store, cancellationToken);
        var image = await store.ChangeAsync(id, image => patch.Apply(image, Caller.Of(context)), cancellationToken)
            ?? throw Fault.NotFound($"No image found with ID {id}");
        return JsonResponse.Ok(json => ImageView.Write(json, image));
    }

    private static async Task<IResult> Delete(
        string id, HttpContext context, ImageStore store, ImageUpload upload, CancellationToken cancellationToken)
    {
        var image = await ImageAccess.FindAsync(
            id, context, store, cancellationToken, $"Failed to find image {id} to delete");
        ImageAccess.Require(Caller.Of(context), ImageRules.Delete, image.Owner);
        if (image.Protected)
            throw new Fault(403, $"Image {id} is protected and cannot be deleted.");
        await upload.DeleteAsync(image.Id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Task<IResult> AddTag(
        string id, string tag, HttpContext context, ImageStore store, CancellationToken cancellationToken)
    {
        ImageSchemas.CheckTag(tag);
        return ChangeTagsAsync(id, context, store, image => ImageAttributes.WithTags(image, [.. image.ReadTags(), tag]),
            cancellationToken);
    }

    private static Task<IResult> RemoveTag(
        string id, string tag, HttpContext context, ImageStore store, CancellationToken cancellationToken)
        => ChangeTagsAsync(id, context, store, image => image.ReadTags().Contains(tag)
            ? image.WithTags(image.ReadTags().Where(other => other != tag))
            : throw Fault.NotFound(), cancellationToken);

    private static async Task<IResult> ChangeTagsAsync(
        string id, HttpContext context, ImageStore store, Func<Image, Image> change,
        CancellationToken cancellationToken)
    {
        var found = await ImageAccess.FindAsync(id, context, store, cancellationToken, $"Image {id} not found.");
        ImageAccess.Require(Caller.Of(context), ImageRules.Modify, found.Owner);
        await store.ChangeAsync(id, change, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Task<IResult> Deactivate(
        string id, HttpContext context, ImageStore store, CancellationToken cancellationToken)
        => MoveAsync(
            id, context, store,
            (ImageRules.Deactivate, "deactivate", ImageStatus.Active, ImageStatus.Deactivated), cancellationToken);

    private static Task<IResult> Reactivate(
        string id, HttpContext context, ImageStore store, CancellationToken cancellationToken)
        => MoveAsync(
            id, context, store,
            (ImageRules.Reactivate, "reactivate", ImageStatus.Deactivated, ImageStatus.Active), cancellationToken);

    private static async Task<IResult> MoveAsync(
        string id, HttpContext context, ImageStore store, (Rule Rule, string Word, string From, string To) move,
        CancellationToken cancellationToken)
    {
        var found = await ImageAccess.FindAsync(id, context, store, cancellationToken);
        ImageAccess.Require(Caller.Of(context), move.Rule, found.Owner);
        await store.ChangeAsync(id, image => image.Status == move.From || image.Status == move.To
            ? image with { Status = move.To }
            : throw new Fault(403, $"Not allowed to {move.Word} image in status '{image.Status}'"), cancellationToken);
        return TypedResults.NoContent();
    }
}
