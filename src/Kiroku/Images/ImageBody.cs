using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>Reads a request's JSON body as Glance does (glance/common/wsgi.py), ignoring its content type.</summary>
internal static class ImageBody
{
    /// <summary>Reads a JSON object or array.</summary>
    /// <exception cref="Fault">400 for anything else, 413 for a body that is too large.</exception>
    public static async Task<JsonElement> ReadAsync(HttpRequest request)
    {
        var bytes = await RequestBody.ReadBytesAsync(request);
        if (bytes.IsEmpty)
            throw Fault.BadRequest("Body expected in request.");
        if (!RequestBody.TryParse(bytes, out var body))
            throw Fault.BadRequest("Malformed JSON in request body.");
        return body.ValueKind is JsonValueKind.Object or JsonValueKind.Array
            ? body
            : throw Fault.BadRequest("Unexpected body type. Expected list/dict.");
    }

    /// <summary>The string under a key of the object.</summary>
    /// <exception cref="Fault">400 with the given message if the body is not an object or the value not a valid
    /// string.</exception>
    public static string? Text(JsonElement body, string key, string form)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw Fault.BadRequest(form);
        if (!body.TryGetProperty(key, out var value))
            return null;
        return value.ValueKind == JsonValueKind.String && value.GetString()!.Length <= 255
            ? value.GetString() : throw Fault.BadRequest(form);
    }
}
