using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Kiroku.Api;

/// <summary>
/// What a route of the live record says of itself, for <c>/actions/v1/openapi.json</c>: what is not in its handler's
/// signature, because handlers read queries and headers themselves.
/// </summary>
internal static class Described
{
    /// <summary>What any request with a token may be answered.</summary>
    private static readonly int[] Common =
    [
        StatusCodes.Status401Unauthorized, StatusCodes.Status429TooManyRequests,
        StatusCodes.Status503ServiceUnavailable,
    ];

    /// <summary>What the route is for, in one line.</summary>
    public static RouteHandlerBuilder Is(this RouteHandlerBuilder route, string name, string summary)
        => route.WithName(name).WithSummary(summary).WithTags("actions");

    /// <summary>A document with which the route answers.</summary>
    public static RouteHandlerBuilder Answers<T>(
        this RouteHandlerBuilder route, int status = StatusCodes.Status200OK, params string[] mediaTypes)
        => mediaTypes is [var first, .. var others]
            ? route.Produces<T>(status, first, others)
            : route.Produces<T>(status, "application/json");

    /// <summary>An answer without a body.</summary>
    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder route, int status) => route.Produces(status);

    /// <summary>The statuses with which the route refuses, besides those of every route.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params int[] statuses)
        => route.RefusesOnly([.. statuses, .. Common]);

    /// <summary>The same of a route that deletes, which nobody does too often.</summary>
    public static RouteHandlerBuilder RefusesDeletion(this RouteHandlerBuilder route, params int[] statuses)
        => route.RefusesOnly([.. statuses, .. Common.Except([StatusCodes.Status429TooManyRequests])]);

    private static RouteHandlerBuilder RefusesOnly(this RouteHandlerBuilder route, int[] statuses)
    {
        foreach (var status in statuses.Distinct())
            route.Produces<ProblemDocument>(status, Problem.MediaType);
        return route;
    }

    /// <summary>A parameter of the query, a header, or what a part of the path means.</summary>
    public static RouteHandlerBuilder Takes(
        this RouteHandlerBuilder route, string name, string meaning, DescribedValue? value = null)
        => route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            if (operation.Parameters.FirstOrDefault(one => one.Name == name) is OpenApiParameter known)
                known.Description = meaning;
            else
                operation.Parameters.Add((value ?? DescribedValue.Text).Make(name, meaning));
            return Task.CompletedTask;
        });

    /// <summary>A header of the answers with a status.</summary>
    public static RouteHandlerBuilder Sends(this RouteHandlerBuilder route, string name, string meaning, int status)
        => route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            if (operation.Responses?.GetValueOrDefault($"{status}") is OpenApiResponse response)
                (response.Headers ??= new Dictionary<string, IOpenApiHeader>())[name] = new OpenApiHeader
                {
                    Description = meaning,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                };
            return Task.CompletedTask;
        });
}

/// <summary>Where a parameter stands, and which values it may have.</summary>
internal sealed record DescribedValue(JsonSchemaType Type)
{
    public static readonly DescribedValue Text = new(JsonSchemaType.String);
    public static readonly DescribedValue Truth = new(JsonSchemaType.Boolean);
    public static readonly DescribedValue Header = new(JsonSchemaType.String) { IsHeader = true };

    public bool IsHeader { get; init; }

    /// <summary>The only values that there are; none if there may be any.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public int? MostCharacters { get; init; }

    /// <summary>The least and the most that a number may be, and what it is if it is not given.</summary>
    public (int Least, int Most, int Otherwise)? Range { get; init; }

    public static DescribedValue OneOf(params string[] words) => Text with { Words = words };

    public static DescribedValue Number(int least, int most, int otherwise)
        => new(JsonSchemaType.Integer) { Range = (least, most, otherwise) };

    public OpenApiParameter Make(string name, string meaning) => new()
    {
        Name = name,
        In = IsHeader ? ParameterLocation.Header : ParameterLocation.Query,
        Description = meaning,
        Schema = new OpenApiSchema
        {
            Type = Type,
            Enum = Words.Count > 0 ? [.. Words.Select(word => (JsonNode)JsonValue.Create(word))] : null,
            MaxLength = MostCharacters,
            Minimum = Range is { } range ? $"{range.Least}" : null,
            Maximum = Range is { } most ? $"{most.Most}" : null,
            Default = Range is { } otherwise ? JsonValue.Create(otherwise.Otherwise) : null,
        },
    };
}
