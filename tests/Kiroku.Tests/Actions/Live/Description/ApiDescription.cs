using System.Text.Json.Nodes;
using Json.Schema;

namespace Kiroku.Tests.Actions.Live.Description;

/// <summary>The document that describes the live record, as a client reads it.</summary>
internal sealed class ApiDescription(JsonNode document)
{
    public const string Path = "/actions/v1/openapi.json";

    private readonly HashSet<string> seen = [];

    public JsonNode Document => document;

    public IReadOnlyList<Operation> Operations { get; } =
    [
        .. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(
            operation => new Operation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!))),
    ];

    public static async Task<ApiDescription> ReadAsync(TestApp app)
    {
        using var answer = await app.SendAsync(HttpMethod.Get, Path);
        Assert.Equal((200, "application/json"), ((int)answer.StatusCode, $"{answer.Content.Headers.ContentType}"));
        return new ApiDescription(await TestApp.JsonAsync(answer));
    }

    /// <summary>The fields of all schemas that the answers of operations have.</summary>
    public IEnumerable<string> FieldsOf(IEnumerable<Operation> operations)
    {
        var names = new HashSet<string>();
        foreach (var operation in operations)
            Collect(operation.Description["responses"], names);
        return names.SelectMany(name
            => (document["components"]!["schemas"]![name]!["properties"]?.AsObject() ?? [])
                .Select(field => $"{name}.{field.Key}"));
    }

    /// <summary>The fields that documents had which were checked.</summary>
    public IReadOnlySet<string> Seen => seen;

    /// <summary>
    /// Checks that a document is what its schema says, and that it has no field which is not described.
    /// </summary>
    public void Check(JsonNode schema, JsonNode? instance)
    {
        var whole = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$ref"] = "#/$defs/checked",
            ["$defs"] = document["components"]!["schemas"]!.DeepClone(),
        };
        whole["$defs"]!["checked"] = schema.DeepClone();
        var text = whole.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
        using var element = System.Text.Json.JsonDocument.Parse(instance?.ToJsonString() ?? "null");
        var results = JsonSchema.FromText(text).Evaluate(
            element.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(results.IsValid, $"{instance?.ToJsonString()} is not what {schema.ToJsonString()} says: "
            + string.Join("; ", (results.Details ?? []).Where(detail => detail.Errors is { Count: > 0 }).Select(
                detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}")));
        Visit(schema, instance);
    }

    private void Collect(JsonNode? node, HashSet<string> names)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
                Collect(item, names);
        }
        if (node is not JsonObject fields)
            return;
        foreach (var (key, value) in fields)
        {
            if (key != "$ref")
                Collect(value, names);
            else if (names.Add(NameOf((string)value!)))
                Collect(document["components"]!["schemas"]![NameOf((string)value!)], names);
        }
    }

    private static string NameOf(string reference) => reference.Split('/')[^1];

    private void Visit(JsonNode schema, JsonNode? instance)
    {
        var (name, found) = Resolve(schema);
        if (instance is JsonArray array)
        {
            foreach (var item in array)
                Visit(found["items"]!, item);
        }
        // The description of the API itself has any fields.
        if (instance is not JsonObject fields || found["properties"] is null)
            return;
        foreach (var (key, value) in fields)
        {
            Assert.True(found["properties"]?[key] is not null, $"{name}.{key} is not described.");
            seen.Add($"{name}.{key}");
            Visit(found["properties"]![key]!, value);
        }
    }

    /// <summary>A schema by its name, also where it may be null instead.</summary>
    private (string Name, JsonNode Schema) Resolve(JsonNode schema)
    {
        if (schema["oneOf"] is JsonArray choices)
            return Resolve(choices.Single(choice => choice!["$ref"] is not null)!);
        if ((string?)schema["$ref"] is not { } reference)
            return ("", schema);
        var name = NameOf(reference);
        return (name, document["components"]!["schemas"]![name]!);
    }
}

/// <summary>A method on a path, and what it says of itself.</summary>
internal sealed record Operation(string Method, string Path, JsonNode Description)
{
    private static readonly string[] Common = ["401", "429", "503"];

    public string Name => $"{Method} {Path}";

    public bool NeedsToken => Description["security"] is not JsonArray { Count: 0 };

    public IEnumerable<JsonNode> Parameters
        => (Description["parameters"]?.AsArray() ?? []).OfType<JsonNode>();

    /// <summary>Its statuses with its name, without those that any request with a token may be answered.</summary>
    public IEnumerable<string> OwnStatuses => Description["responses"]!.AsObject()
        .Select(response => response.Key).Except(NeedsToken ? Common : []).Select(status => $"{Name} {status}");
}
