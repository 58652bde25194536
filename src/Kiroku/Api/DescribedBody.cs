using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Kiroku.Api;

/// <summary>What the bodies of a route's requests are, told by the very schema that they are checked by.</summary>
internal static class DescribedBody
{
    /// <summary>A body of JSON.</summary>
    public static RouteHandlerBuilder TakesBody(this RouteHandlerBuilder route, Schema schema, bool required = true)
        => route.LooksAtBody().AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = required,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new OpenApiMediaType { Schema = Of(schema) },
                },
            };
            return Task.CompletedTask;
        });

    /// <summary>Whatever body there is may be too large or of another type, also where none is wanted.</summary>
    public static RouteHandlerBuilder LooksAtBody(this RouteHandlerBuilder route)
        => route.Refuses(StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType);

    private static OpenApiSchema Of(Schema schema) => new()
    {
        Type = schema.Types.Aggregate(default(JsonSchemaType), (types, type) => types | Enum.Parse<JsonSchemaType>(
            type, ignoreCase: true)),
        Properties = schema.Properties?.ToDictionary(
            property => property.Key, IOpenApiSchema (property) => Of(property.Value)),
        Required = schema.Required.ToHashSet(),
        AdditionalPropertiesAllowed = schema.Properties is null || schema.Open,
        Items = schema.Items is { } items ? Of(items) : null,
        MinItems = schema.MinItems,
        MaxItems = schema.MaxItems,
        UniqueItems = schema.HasUniqueItems ? true : null,
        Enum = schema.Enum is { } words
            ? [.. words.EnumerateArray().Select(word => (JsonNode)JsonValue.Create(word.GetString()!))]
            : null,
        Pattern = schema.Pattern,
        MinLength = schema.MinLength,
        MaxLength = schema.MaxLength,
    };
}
