using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kiroku.Actions.Live.Description;

/// <summary>What schemas of documents say that follows from how they are written, but not from their types.</summary>
internal static class SchemaRules
{
    public static Task ApplyAsync(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        LetOut(schema, context);
        Time(schema, context);
        Name(schema, context);
        return Task.CompletedTask;
    }

    /// <summary>A field that is left out where it is null is not required.</summary>
    private static void LetOut(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        foreach (var property in context.JsonTypeInfo.Properties)
        {
            var rule = property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true);
            if (rule is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull }])
                schema.Required?.Remove(property.Name);
        }
    }

    private static void Time(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = context.JsonTypeInfo.Type;
        if ((Nullable.GetUnderlyingType(type) ?? type) != typeof(DateTime))
            return;
        schema.Type = type == typeof(DateTime) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        schema.Format = "date-time";
    }

    /// <summary>Words of which there are only so many.</summary>
    private static void Name(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        if (context.JsonPropertyInfo is not { } property || property.DeclaringType != typeof(ActionDocument))
            return;
        if (property.Name == JsonNamingPolicy.SnakeCaseLower.ConvertName(nameof(ActionDocument.Outcome)))
            schema.Enum = [.. Outcomes.All.Select(outcome => (JsonNode)JsonValue.Create(outcome))];
    }
}
