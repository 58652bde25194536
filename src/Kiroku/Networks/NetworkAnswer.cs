using System.Text.Json.Nodes;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>Answers about one thing, or several, with those of their keys that the request asks for.</summary>
internal static class NetworkAnswer
{
    public static JsonResponse One(HttpRequest request, string key, JsonObject thing, int status = 200)
    {
        var body = new JsonObject { [key] = Select(request, thing) };
        return new JsonResponse(status, json => body.WriteTo(json));
    }

    public static JsonObject Many(HttpRequest request, string key, IEnumerable<JsonObject> things)
        => new() { [key] = new JsonArray([.. things.Select(thing => Select(request, thing))]) };

    public static JsonResponse Of(JsonObject body) => JsonResponse.Ok(json => body.WriteTo(json));

    private static JsonObject Select(HttpRequest request, JsonObject thing)
    {
        var fields = request.Query["fields"].Where(field => !string.IsNullOrEmpty(field)).ToHashSet();
        return fields.Count == 0
            ? thing
            : new JsonObject(thing.Where(pair => fields.Contains(pair.Key))
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
    }
}
