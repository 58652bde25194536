using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.CommandLine.Clouds;

/// <summary>Makes a sentence of an answer that is none of those hoped for.</summary>
internal static class Refusal
{
    private const int MostBytes = 64 * 1024;
    private const int MostText = 300;

    public static async Task<RefusedException> OfAsync(
        HttpResponseMessage answer, string what, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        var bytes = await ReadSomeAsync(answer, cancellationToken);
        var body = Parse(bytes);
        var why = body is { } document ? Sentence(document) : null;
        return new RefusedException($"{what}: {why ?? $"{status} {answer.ReasonPhrase}"}".TrimEnd())
        {
            Status = status,
            Type = body?.TextOf("type"),
            RetryAfter = answer.Headers.RetryAfter?.Delta,
        };
    }

    /// <summary>Reads an answer's document, or an object in it.</summary>
    public static async Task<JsonElement> ReadAsync(
        HttpResponseMessage answer, string? name, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
            using var document = await JsonDocument.ParseAsync(content, default, cancellationToken);
            var root = document.RootElement.Clone();
            if (name is null && root.ValueKind == JsonValueKind.Object)
                return root;
            if (name is not null && root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var inner)
                && inner.ValueKind == JsonValueKind.Object)
                return inner;
        }
        catch (JsonException)
        {
            // It is no document at all.
        }
        throw new UsageException($"{answer.RequestMessage?.RequestUri} answers with something else than a document of "
            + "its service; is the address right?");
    }

    /// <summary>A problem's detail, or the message in Nova's and Keystone's bodies.</summary>
    private static string? Sentence(JsonElement body)
    {
        if (body.TextOf("detail") is { } detail)
            return Shorten(detail);
        var messages = body.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Object)
            .Select(property => property.Value.TextOf("message")).OfType<string>();
        return messages.FirstOrDefault() is { } message ? Shorten(message) : null;
    }

    private static string Shorten(string text) => text.Length > MostText ? $"{text[..MostText]}…" : text;

    private static JsonElement? Parse(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<byte[]> ReadSomeAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MostBytes];
        var count = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return bytes[..count];
    }
}
