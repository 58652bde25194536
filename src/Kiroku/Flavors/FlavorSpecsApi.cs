using System.Text.Json;
using Kiroku.Api;
using Kiroku.Hardware;

namespace Kiroku.Flavors;

/// <summary>
/// A flavor's extra specs, by which it asks for more than its sizes
/// (nova/api/openstack/compute/flavors_extraspecs.py).
/// </summary>
internal static class FlavorSpecsApi
{
    private const int LongestValue = 255;

    public static void MapFlavorSpecs(this IEndpointRouteBuilder app)
    {
        app.MapGet("/flavors/{id}/os-extra_specs", List);
        app.MapPost("/flavors/{id}/os-extra_specs", Create);
        app.MapGet("/flavors/{id}/os-extra_specs/{key}", Show);
        app.MapPut("/flavors/{id}/os-extra_specs/{key}", Update);
        app.MapDelete("/flavors/{id}/os-extra_specs/{key}", Delete);
    }

    private static async Task<JsonResponse> List(string id, HttpContext context, FlavorStore store)
    {
        FlavorsApi.Require(context, FlavorRules.ExtraSpecsList);
        var flavor = await FlavorsApi.FindAsync(id, context, store);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("extra_specs");
            Flavor.WriteSpecs(json, flavor.ReadExtraSpecs());
            json.WriteEndObject();
        });
    }

    private static async Task<JsonResponse> Create(string id, HttpContext context, FlavorStore store)
    {
        var body = await FlavorsApi.ReadAsync(
            context, (_, _) => FlavorSchemas.CreateSpecs, FlavorRules.ExtraSpecsCreate);
        await AddAsync(id, Read(context, body.GetProperty("extra_specs")), context, store);
        return JsonResponse.Ok(body.WriteTo);
    }

    private static async Task<JsonResponse> Show(string id, string key, HttpContext context, FlavorStore store)
    {
        FlavorsApi.Require(context, FlavorRules.ExtraSpecsShow);
        var flavor = await FlavorsApi.FindAsync(id, context, store);
        if (!flavor.ReadExtraSpecs().TryGetValue(key, out var value))
            throw NoSpec(id, key);
        return JsonResponse.Ok(json => Flavor.WriteSpecs(json, new Dictionary<string, string> { [key] = value }));
    }

    private static async Task<JsonResponse> Update(string id, string key, HttpContext context, FlavorStore store)
    {
        var body = await FlavorsApi.ReadAsync(
            context, (_, _) => FlavorSchemas.UpdateSpec, FlavorRules.ExtraSpecsUpdate);
        var specs = Read(context, body);
        if (!specs.ContainsKey(key))
            throw Fault.BadRequest("Request body and URI mismatch");
        await AddAsync(id, specs, context, store);
        return JsonResponse.Ok(body.WriteTo);
    }

    private static async Task<IResult> Delete(string id, string key, HttpContext context, FlavorStore store)
    {
        FlavorsApi.Require(context, FlavorRules.ExtraSpecsDelete);
        await ChangeAsync(id, context, store, specs =>
        {
            if (!specs.Remove(key))
                throw NoSpec(id, key);
        });
        return TypedResults.Ok();
    }

    private static Task AddAsync(
        string id, Dictionary<string, string> added, HttpContext context, FlavorStore store)
        => ChangeAsync(id, context, store, specs =>
        {
            foreach (var (name, value) in added)
                specs[name] = value;
        });

    private static async Task ChangeAsync(
        string id, HttpContext context, FlavorStore store, Action<SortedDictionary<string, string>> change)
    {
        var changed = await store.ChangeAsync(id, flavor =>
        {
            var specs = flavor.ReadExtraSpecs();
            change(specs);
            return flavor.WithExtraSpecs(specs);
        }, context.RequestAborted);
        if (changed is null)
            throw FlavorsApi.NotFound(id);
    }

    /// <summary>Numbers are kept as they are written. From 2.86 on names and values must make sense.</summary>
    private static Dictionary<string, string> Read(HttpContext context, JsonElement specs)
    {
        var isChecked = Microversions.Of(context) >= 86;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var spec in specs.EnumerateObject())
        {
            values[spec.Name] = PythonText.Str(spec.Value);
            if (spec.Value.ValueKind == JsonValueKind.Number && values[spec.Name].Length > LongestValue)
                throw Fault.BadRequest($"Invalid input received: extra_specs value has {values[spec.Name].Length} "
                    + $"characters, more than {LongestValue}.");
            if (isChecked)
                FlavorSpecs.Require(spec.Name, values[spec.Name]);
        }
        return values;
    }

    private static Fault NoSpec(string id, string key)
        => Fault.NotFound($"Flavor {id} has no extra specs with key {key}.");
}
