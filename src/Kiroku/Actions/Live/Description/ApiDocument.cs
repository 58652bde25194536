using System.Text;
using System.Text.Json;
using Kiroku.Api;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Kiroku.Actions.Live.Description;

/// <summary>
/// The description of <c>/actions/v1</c> by OpenAPI 3.1, made of the routes' own descriptions. It is made once; only
/// the address in it is that of each request.
/// </summary>
internal sealed class ApiDocument(IServiceProvider services) : IDisposable
{
    public const string Name = "v1";


    private const string Scheme = "token";
    private const string AddressPlace = "address-of-the-service";

    private readonly SemaphoreSlim making = new(1);
    private string? made;

    public async Task<byte[]> WriteAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        made ??= await MakeAsync(cancellationToken);
        return Encoding.UTF8.GetBytes(
            made.Replace(AddressPlace, $"{JsonEncodedText.Encode(Links.Base(request))}", StringComparison.Ordinal));
    }

    /// <summary>Whether a route is one of those that it describes.</summary>
    public static bool Tells(string? path) => path?.StartsWith("actions/", StringComparison.Ordinal) == true;

    /// <summary>Adds what is true of all routes.</summary>
    public static Task CompleteAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Kiroku: the live record",
            Version = Name,
            Description = "What is done to servers, what was done, and by whom. More fields may be added at any time.",
        };
        document.Servers = [new OpenApiServer { Url = AddressPlace }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-Auth-Token",
                Description = "A Keystone token for a project.",
            },
        };
        document.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        return Task.CompletedTask;
    }

    public void Dispose() => making.Dispose();

    private async Task<string> MakeAsync(CancellationToken cancellationToken)
    {
        await making.WaitAsync(cancellationToken);
        try
        {
            return made ?? await WriteAsync(cancellationToken);
        }
        finally
        {
            making.Release();
        }
    }

    private async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var provider = scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name);
        var document = await provider.GetOpenApiDocumentAsync(cancellationToken);
        return await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken);
    }
}
