using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiroku.Tests.Terraform;

/// <summary>
/// Sends the requests of gophercloud 2.13 with its headers, and accepts only the status codes that it accepts
/// (provider_client.go, service_client.go).
/// </summary>
internal sealed class Gophercloud
{
    private readonly TestApp app;
    private readonly string token;
    private readonly Dictionary<string, string> catalog;

    private Gophercloud(TestApp app, string token, Dictionary<string, string> catalog)
        => (this.app, this.token, this.catalog) = (app, token, catalog);

    /// <summary>
    /// Signs in as openstack/client.go does and finds the services in the catalog (openstack/endpoint.go).
    /// </summary>
    public static async Task<Gophercloud> SignInAsync(TestApp app, string name)
    {
        using var answer = await app.TrySignInAsync(name, app.PasswordOf(name), TestApp.InProject(name));
        Assert.Equal(201, (int)answer.StatusCode);
        var services = (await TestApp.JsonAsync(answer))["token"]!["catalog"]!.AsArray();
        var catalog = services.ToDictionary(service => (string)service!["type"]!, service => PublicUrl(service!));
        var cloud = new Gophercloud(app, answer.Headers.GetValues("X-Subject-Token").Single(), catalog);
        await cloud.AssertImageVersionAsync();
        return cloud;
    }

    public bool Knows(string service) => catalog.ContainsKey(service);

    /// <summary>Calls the compute service. gophercloud is satisfied with the endpoint's own version, v2.1.</summary>
    public Task<JsonNode?> ComputeAsync(
        string method, string path, string? body = null, string? microversion = null, int[]? takes = null)
        => SendAsync(method, $"{catalog["compute"]}{path}", Json(body), takes, microversion);

    public Task<JsonNode?> ImageAsync(string method, string path, string? body = null, int[]? takes = null)
        => SendAsync(method, $"{catalog["image"]}v2/{path}", Json(body), takes, null);

    /// <summary>Calls the image service, where changes and uploads have their own content types.</summary>
    public Task<JsonNode?> ImageAsync(string method, string path, byte[] body, string contentType, int takes)
    {
        var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };
        return SendAsync(method, $"{catalog["image"]}v2/{path}", content, [takes], null);
    }

    /// <summary>
    /// Reads an answer as Go reads it into a struct: missing and null are the same, another type is an error.
    /// </summary>
    public static T Read<T>(JsonNode? answer, string? under = null)
        => (under is null ? answer : answer![under]).Deserialize<T>()!;

    private async Task<JsonNode?> SendAsync(
        string method, string url, HttpContent? body, int[]? takes, string? microversion)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url) { Content = body };
        request.Headers.Add("Accept", "application/json");
        request.Headers.Add("X-Auth-Token", token);
        if (microversion is not null)
        {
            request.Headers.Add("X-OpenStack-Nova-API-Version", microversion);
            request.Headers.Add("OpenStack-API-Version", $"compute {microversion}");
        }
        using var answer = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((takes ?? Usual(method)).Contains((int)answer.StatusCode),
            $"{method} {url} was answered {(int)answer.StatusCode} {text}");
        return text.Length == 0 || answer.Content.Headers.ContentType?.MediaType != "application/json"
            ? null : JsonNode.Parse(text);
    }

    /// <summary>The codes that gophercloud accepts if a call names none.</summary>
    private static int[] Usual(string method) => method switch
    {
        "GET" => [200],
        "PATCH" => [200, 202, 204],
        "DELETE" => [202, 204],
        _ => [201, 202],
    };

    private static ByteArrayContent? Json(string? body)
        => body is null ? null : new(Encoding.UTF8.GetBytes(body))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };

    private static string PublicUrl(JsonNode service)
        => (string)service["endpoints"]!.AsArray().First(
            endpoint => (string)endpoint!["interface"]! == "public")!["url"]! + "/";

    /// <summary>
    /// The image endpoint names no version, so gophercloud asks for its versions. It refuses a document with unknown
    /// statuses.
    /// </summary>
    private async Task AssertImageVersionAsync()
    {
        var versions = (await SendAsync("GET", catalog["image"], null, [200, 300], null))!["versions"]!.AsArray();
        Assert.All(versions, version => Assert.Matches("^v[0-9]+(\\.[0-9]+)?$", (string)version!["id"]!));
        Assert.All(versions,
            version => Assert.Contains((string)version!["status"]!, new[] { "CURRENT", "SUPPORTED", "DEPRECATED" }));
        Assert.Contains(versions, version => ((string)version!["id"]!).StartsWith("v2", StringComparison.Ordinal));
    }
}
