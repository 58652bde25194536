using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kiroku.Ui.Door;

/// <summary>What the API answered.</summary>
internal sealed record ApiAnswer(int Status, ReadOnlyMemory<byte> Body, IHeaderDictionary Headers)
{
    /// <summary>What stands for an answer of somebody who gives none, or none that can be read.</summary>
    public static ApiAnswer None { get; } = new(
        StatusCodes.Status503ServiceUnavailable, default, new HeaderDictionary());

    public bool IsGood => Status is >= 200 and < 300;

    /// <summary>The id of the request, which an action that it began has as well; null from a Keystone.</summary>
    public string? RequestId
        => (string?)Headers[Api.RequestId.Header] is { Length: > 0 } id ? id.Split(',')[^1].Trim() : null;

    /// <summary>Whole seconds after which to try again; null if it does not say.</summary>
    public int? RetryAfter => int.TryParse(Headers.RetryAfter, out var seconds) ? seconds : null;

    /// <summary>Passes on to the browser after how long to try again, if the answer says so.</summary>
    public void TellWait(HttpResponse response)
    {
        if (RetryAfter is { } seconds)
            response.Headers.RetryAfter = $"{seconds}";
    }

    public T Read<T>(JsonTypeInfo<T> type)
        => JsonSerializer.Deserialize(Body.Span, type) ?? throw new JsonException("The answer is null.");

    /// <summary>The sentence in an error's body, whichever service's form it has; null if there is none.</summary>
    public string? Message()
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            return Find(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Find(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var name in new[] { "detail", "message" })
            if (element.TryGetProperty(name, out var text) && text is { ValueKind: JsonValueKind.String }
                && text.GetString() is { Length: > 0 } sentence)
                // Glance's are HTML (webob.exc).
                return sentence.Replace("<br />", "", StringComparison.Ordinal).Trim();
        return element.EnumerateObject().Select(property => Find(property.Value))
            .FirstOrDefault(text => text is not null);
    }
}
