using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Images;
using Kiroku.Quotas;

namespace Kiroku.Proxies;

/// <summary>
/// /images/{id}/metadata, up to 2.38: an image's own properties (nova/api/openstack/compute/image_metadata.py).
/// </summary>
internal static class ImageMetadataProxyApi
{
    private const int LastVersion = 38;
    private const string All = "metadata";
    private const string One = "meta";

    private static readonly Schema AllBody = Schema.Body(All, Parameters.Metadata);

    private static readonly Schema OneBody
        = Schema.Body(One, Parameters.Metadata with { MinProperties = 1, MaxProperties = 1 });

    public static void MapImageMetadataProxy(this IEndpointRouteBuilder app)
    {
        app.MapGet("/images/{id}/metadata", List).UpTo(LastVersion);
        app.MapPost("/images/{id}/metadata", Add).UpTo(LastVersion);
        app.MapPut("/images/{id}/metadata", Replace).UpTo(LastVersion);
        app.MapGet("/images/{id}/metadata/{key}", Show).UpTo(LastVersion);
        app.MapPut("/images/{id}/metadata/{key}", Update).UpTo(LastVersion);
        app.MapDelete("/images/{id}/metadata/{key}", Delete).UpTo(LastVersion);
    }

    private static async Task<IResult> List(HttpContext context, string id, ImageStore store)
        => Answer(await ImageProxyApi.FindAsync(context, id, store));

    private static async Task<IResult> Add(HttpContext context, string id, ImageStore store, QuotaStore quotas)
    {
        var more = Pairs(await ReadAsync(context, AllBody), All);
        return Answer(await PutAsync(context, id, more, store, quotas));
    }

    private static async Task<IResult> Replace(HttpContext context, string id, ImageStore store, QuotaStore quotas)
    {
        var all = Pairs(await ReadAsync(context, AllBody), All);
        await RequireQuotaAsync(context, all.Count, quotas);
        return Answer(await ChangeAsync(context, id, store, image => Put(
            image.WithProperties(new SortedDictionary<string, string>(StringComparer.Ordinal)), all)));
    }

    private static async Task<IResult> Show(HttpContext context, string id, string key, ImageStore store)
    {
        var image = await ImageProxyApi.FindAsync(context, id, store);
        return ImageProxyView.MetadataOf(image).TryGetValue(key, out var value)
            ? Answer(key, value)
            : throw Fault.NotFound();
    }

    private static async Task<IResult> Update(
        HttpContext context, string id, string key, ImageStore store, QuotaStore quotas)
    {
        var item = Pairs(await ReadAsync(context, OneBody), One);
        await ImageProxyApi.FindAsync(context, id, store);
        if (!item.TryGetValue(key, out var value))
            throw Fault.BadRequest("Request body and URI mismatch");
        await PutAsync(context, id, item, store, quotas);
        return Answer(key, value);
    }

    private static async Task<IResult> Delete(HttpContext context, string id, string key, ImageStore store)
    {
        await ChangeAsync(context, id, store, image =>
        {
            var properties = image.ReadProperties();
            return !ImageSchemas.Has(key) && properties.Remove(key)
                ? image.WithProperties(properties)
                : throw Fault.NotFound("Invalid metadata key");
        });
        return TypedResults.NoContent();
    }

    private static async Task<Image> PutAsync(
        HttpContext context, string id, IReadOnlyDictionary<string, string> items, ImageStore store, QuotaStore quotas)
    {
        var before = ImageProxyView.MetadataOf(await ImageProxyApi.FindAsync(context, id, store));
        await RequireQuotaAsync(context, before.Keys.Union(items.Keys).Count(), quotas);
        return await ChangeAsync(context, id, store, image => Put(image, items));
    }

    /// <exception cref="Fault">400 or 403: a name that metadata cannot have; 413: too many.</exception>
    private static Image Put(Image image, IReadOnlyDictionary<string, string> items)
    {
        foreach (var (name, value) in items)
        {
            ImageAttributes.RequireWritable(name);
            if (ImageSchemas.Has(name))
                throw Fault.BadRequest($"{name} is an attribute of the image, no metadata.");
            image = ImageAttributes.WithProperty(image, name, value);
        }
        return image;
    }

    private static async Task<Image> ChangeAsync(
        HttpContext context, string id, ImageStore store, Func<Image, Image> change)
    {
        await ImageProxyApi.FindAsync(context, id, store);
        var changed = await store.ChangeAsync(id, image => Caller.Of(context).May(ImageRules.Modify, image.Owner)
            ? change(image)
            : throw new Fault(403, $"Not authorized for image {id}."), context.RequestAborted);
        return changed ?? throw Fault.NotFound("Image not found.");
    }

    private static async Task RequireQuotaAsync(HttpContext context, int items, QuotaStore quotas)
    {
        var allowed = await quotas.GetAsync(Caller.Of(context).ProjectId, context.RequestAborted);
        allowed.RequireImageMetadata(items);
    }

    private static async Task<JsonElement> ReadAsync(HttpContext context, Schema schema)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        schema.Require(body, Microversions.IsRelaxed(context));
        return body;
    }

    /// <summary>The pairs under a key; of a name that is there twice the last one counts.</summary>
    private static Dictionary<string, string> Pairs(JsonElement body, string key)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in body.GetProperty(key).EnumerateObject())
            pairs[pair.Name] = pair.Value.GetString()!;
        return pairs;
    }

    private static JsonResponse Answer(Image image) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        ImageProxyView.WriteMetadata(json, ImageProxyView.MetadataOf(image));
        json.WriteEndObject();
    });

    private static JsonResponse Answer(string key, string value) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject(One);
        json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteEndObject();
    });
}
