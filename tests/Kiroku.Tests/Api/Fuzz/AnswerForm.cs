using System.Text.Json;
using System.Text.Json.Nodes;
using Kiroku.Api;

namespace Kiroku.Tests.Api.Fuzz;

/// <summary>
/// Checks what must be true of every answer to any request: it is not an internal error, and an error has the form of
/// its API.
/// </summary>
internal static class AnswerForm
{
    /// <summary>What is wrong with an answer; null if nothing is.</summary>
    public static string? Fault(HttpRequestMessage request, string path, HttpResponseMessage answer, string text)
    {
        var status = (int)answer.StatusCode;
        if (status is >= 500 and not 501)
            return "is a fault of the service's";
        var isJson = answer.Content.Headers.ContentType?.MediaType
            is "application/json" or "application/schema+json" or Problem.MediaType;
        if (isJson && text.Length > 0 && Parse(text) is null)
            return "is broken JSON";
        if (status < 400 || request.Method == HttpMethod.Head)
            return null;
        // A refusal by Kestrel itself, before the service sees the request, has no body.
        if (text.Length == 0 && !answer.Headers.Contains("x-openstack-request-id"))
            return null;
        if (!isJson || Parse(text) is not JsonObject body)
            return "is an error without a JSON object";
        return Is(path, status, body) ? null : "is an error in another API's form";
    }

    private static bool Is(string path, int status, JsonObject body)
    {
        if (path.StartsWith("/actions", StringComparison.Ordinal))
            return IsProblem(status, body);
        if (status == 401 || path.StartsWith("/identity", StringComparison.Ordinal))
            return IsKeystone(status, body);
        if (path.StartsWith("/network", StringComparison.Ordinal))
            return IsNeutron(body);
        return IsWebOb(status, body) || (!path.StartsWith("/image", StringComparison.Ordinal) && IsNova(status, body));
    }

    private static bool IsProblem(int status, JsonObject body)
        => body["type"] is JsonValue && body["title"] is JsonValue && body["detail"] is JsonValue
            && Is(body["status"], status);

    private static bool IsKeystone(int status, JsonObject body)
        => body is { Count: 1 } && body["error"] is JsonObject error && Is(error["code"], status)
            && error["title"] is JsonValue && error["message"] is JsonValue;

    private static bool IsNeutron(JsonObject body)
        => body is { Count: 1 } && body["NeutronError"] is JsonObject error && error["type"] is JsonValue
            && error["message"] is JsonValue && error["detail"] is JsonValue;

    private static bool IsNova(int status, JsonObject body)
        => body is { Count: 1 } && body.First().Value is JsonObject error && Is(error["code"], status)
            && error["message"] is JsonValue;

    private static bool IsWebOb(int status, JsonObject body)
        => body["message"] is JsonValue && body["title"] is JsonValue && body["code"] is JsonValue code
            && $"{code}".StartsWith($"{status} ", StringComparison.Ordinal);

    private static bool Is(JsonNode? code, int status) => code is JsonValue && $"{code}" == $"{status}";

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
