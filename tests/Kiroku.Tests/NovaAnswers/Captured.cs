using System.Text.Json.Nodes;

namespace Kiroku.Tests.NovaAnswers;

/// <summary>Answers of a real Nova 26.2.2 about one server, kept as files.</summary>
internal static class Captured
{
    public static IReadOnlyList<JsonObject> Posts
    {
        get;
    } = [.. Read("action-posts").AsArray().Select(post => post!.AsObject())];

    /// <summary>A user's answers in a microversion. A user whose answers were not captured got the same as
    /// another.</summary>
    public static JsonObject Of(string version, string user) => Read((version, user) switch
    {
        (_, "other") => "actions-2.84-other",
        (not "2.62", "demoreader") => $"actions-{version}-demo",
        _ => $"actions-{version}-{user}",
    }).AsObject();

    private static JsonNode Read(string name)
    {
        using var stream = typeof(Captured).Assembly.GetManifestResourceStream(
            $"Kiroku.Tests.NovaAnswers.{name}.json")!;
        return JsonNode.Parse(stream)!;
    }
}

/// <summary>The part of an answer that is compared.</summary>
internal sealed record Answer(int Status, IReadOnlyList<(string Name, string Value)> Headers, JsonNode? Body)
{
    /// <summary>Headers that a web server adds by itself.</summary>
    private static readonly string[] Transport = ["connection", "content-length", "date", "transfer-encoding"];

    public string Header(string name) => Headers.Single(header => header.Name == name).Value;

    public static async Task<Answer> OfAsync(HttpResponseMessage message)
    {
        var headers = message.Headers.Concat(message.Content.Headers)
            .SelectMany(header => header.Value, (header, value) => (Name: Lower(header.Key), value)).Where(IsCompared)
                .Order().ToList();
        var text = await message.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer((int)message.StatusCode, headers, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public static Answer Of(JsonNode exchange)
    {
        var headers = exchange["headers"]!.AsArray().Select(
            pair => (Name: Lower((string)pair![0]!), Value: (string)pair[1]!))
            .Where(IsCompared).Order().ToList();
        return new Answer((int)exchange["status"]!, headers, exchange["body"] is JsonValue ? null : exchange["body"]);
    }

    private static bool IsCompared((string Name, string Value) header) => !Transport.Contains(header.Name);

    private static string Lower(string text) => string.Concat(text.Select(char.ToLowerInvariant));
}
