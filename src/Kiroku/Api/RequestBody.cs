using System.Text.Json;

namespace Kiroku.Api;

/// <summary>Reads a request's JSON body, or says in Nova's words what is wrong with it.</summary>
internal static class RequestBody
{
    /// <summary>Nova's limit ([oslo_middleware] max_request_body_size): 112 KiB.</summary>
    private const int MaxBytes = 114_688;

    private static readonly object Key = new();

    /// <summary>Reads a body that must be one JSON object.</summary>
    /// <exception cref="Fault">413 for one that is too large, 415 for another media type, 400 for anything but a JSON
    /// object.</exception>
    public static async Task<JsonElement> ReadObjectAsync(HttpRequest request)
        => await ReadAsync(request) is { ValueKind: JsonValueKind.Object } body ? body : throw Fault.MalformedBody();

    /// <summary>Reads a body that may be any JSON value; undefined if it is empty.</summary>
    /// <exception cref="Fault">413 for one that is too large, 415 for another media type, 400 for anything but
    /// JSON.</exception>
    public static async Task<JsonElement> ReadAsync(HttpRequest request)
    {
        var bytes = await ReadBytesAsync(request);
        if (request.ContentType is { Length: > 0 } type && !IsJson(type))
            throw new Fault(415, "Unsupported Content-Type");
        if (bytes.IsEmpty)
            return default;
        return TryParse(bytes, out var body) ? body : throw Fault.MalformedBody();
    }

    /// <summary>Parses JSON and makes sure that all its strings are valid text.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, out JsonElement body)
    {
        body = default;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            RequireText(document.RootElement);
            body = document.RootElement.Clone();
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The body's bytes; may be read more than once.</summary>
    /// <exception cref="Fault">413 for one that is too large.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request)
    {
        var items = request.HttpContext.Items;
        if (items.TryGetValue(Key, out var read))
            return (byte[])read!;
        if (request.ContentLength > MaxBytes)
            throw TooLarge();
        var bytes = await ReadAllAsync(request);
        items[Key] = bytes;
        return bytes;
    }

    /// <summary>
    /// A JSON string may hold invalid UTF-8 or half of a surrogate pair. .NET notices only when the string is read.
    /// </summary>
    private static void RequireText(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
            _ = element.GetString();
        else if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray())
                RequireText(item);
        else if (element.ValueKind == JsonValueKind.Object)
            foreach (var property in element.EnumerateObject())
            {
                _ = property.Name;
                RequireText(property.Value);
            }
    }

    private static async Task<byte[]> ReadAllAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        var piece = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(piece, request.HttpContext.RequestAborted)) > 0)
        {
            if (buffer.Length + read > MaxBytes)
                throw TooLarge();
            buffer.Write(piece, 0, read);
        }
        return buffer.ToArray();
    }

    /// <summary>A client that sets no type sends its JSON as plain text.</summary>
    private static bool IsJson(string type)
        => type.Split(';')[0].Trim().ToUpperInvariant() is "APPLICATION/JSON"
            or "APPLICATION/VND.OPENSTACK.COMPUTE+JSON" or "TEXT/PLAIN";

    private static Fault TooLarge() => new(413, "Request is too large.");
}
