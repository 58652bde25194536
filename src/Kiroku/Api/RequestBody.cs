using System.Text.Json;

namespace Kiroku.Api;

/// <summary>Reads a request's JSON body, or says what is wrong with it in Nova's words.</summary>
internal static class RequestBody
{
    /// <summary>Nova's limit ([oslo_middleware] max_request_body_size): 112 KiB.</summary>
    private const int MaxBytes = 114_688;

    private static readonly object Key = new();

    /// <summary>The body's one object.</summary>
    /// <exception cref="Fault">413 for one that is too large, 415 for another media type, 400 for anything but a JSON
    /// object.</exception>
    public static async Task<JsonElement> ReadObjectAsync(HttpRequest request)
        => await ReadAsync(request) is { ValueKind: JsonValueKind.Object } body ? body : throw Fault.MalformedBody();

    /// <summary>The body, whatever JSON it is; undefined if there is none.</summary>
    /// <exception cref="Fault">413 for one that is too large, 415 for another media type, 400 for what is no
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

    /// <summary>Reads JSON all of whose strings are text.</summary>
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

    /// <summary>The body as it came; it may be asked for more than once.</summary>
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
    /// JSON's strings may hold bytes that are no UTF-8 and halves of surrogate pairs, which .NET finds out when it
    /// reads them.
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

    /// <summary>What a client that names no type sends as plain text is JSON, too.</summary>
    private static bool IsJson(string type)
        => type.Split(';')[0].Trim().ToUpperInvariant() is "APPLICATION/JSON"
            or "APPLICATION/VND.OPENSTACK.COMPUTE+JSON" or "TEXT/PLAIN";

    private static Fault TooLarge() => new(413, "Request is too large.");
}
