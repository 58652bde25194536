using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiroku.Actions.Live.Description;

/// <summary>Puts together how the live record describes itself.</summary>
internal static class DescriptionRoom
{
    public static void AddDescription(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Converters.Add(new Rfc3339Converter());
        });
        services.AddOpenApi(ApiDocument.Name, options =>
        {
            options.ShouldInclude = route => ApiDocument.Tells(route.RelativePath);
            options.AddSchemaTransformer(SchemaRules.ApplyAsync);
            options.AddDocumentTransformer(ApiDocument.CompleteAsync);
        });
        services.AddSingleton<ApiDocument>();
    }
}
