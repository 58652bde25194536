using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kiroku.CommandLine.Tour;

/// <summary>The service as its user sees it: over HTTP, signed in as the clouds.yaml in the data folder says.</summary>
internal sealed partial class Cloud : IDisposable
{
    private readonly HttpClient http;

    private Cloud(Uri address, string folder)
        => http = new HttpClient(Trust.HandlerOf(folder)) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    public string ProjectId { get; private set; } = "";

    public string UserId { get; private set; } = "";

    public static async Task<Cloud> SignInAsync(Uri address, string folder, CancellationToken cancellationToken)
    {
        var password = Password().Match(
            await File.ReadAllTextAsync(Path.Combine(folder, "clouds.yaml"), cancellationToken)).Groups[1].Value;
        var cloud = new Cloud(address, folder);
        var domain = """{"id": "default"}""";
        var user = $$"""{"name": "demo", "domain": {{domain}}, "password": "{{password}}" }""";
        var answer = await cloud.SendAsync(HttpMethod.Post, "/identity/v3/auth/tokens", $$"""
            {
              "auth": {
                "identity": { "methods": ["password"], "password": { "user": {{user}} } },
                "scope": { "project": { "name": "demo", "domain": {{domain}} } }
              }
            }
            """, cancellationToken);
        answer.Require(HttpStatusCode.Created);
        cloud.http.DefaultRequestHeaders.Add("X-Auth-Token", answer.Header("X-Subject-Token"));
        cloud.ProjectId = (string)answer.Json["token"]!["project"]!["id"]!;
        cloud.UserId = (string)answer.Json["token"]!["user"]!["id"]!;
        return cloud;
    }

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        answer.Require(HttpStatusCode.OK);
        return answer.Json;
    }

    /// <summary>Sends a request. The version is a compute microversion, or the first one by default.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? json, CancellationToken cancellationToken, string? version = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (version is not null)
            request.Headers.Add("OpenStack-API-Version", $"compute {version}");
        using var response = await http.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var headers = response.Headers.ToDictionary(
            header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase);
        return new Answer($"{method} {path}", response.StatusCode, headers, body);
    }

    /// <summary>Has a link made that signs a browser in once, and leads to one of the page's paths.</summary>
    /// <returns>The link, and when it expires (UTC).</returns>
    public async Task<(string Url, DateTime ExpiresAt)> MakeLinkAsync(string path, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["path"] = path }.ToJsonString();
        var answer = await SendAsync(HttpMethod.Post, "/ui/sign-in/links", body, cancellationToken);
        answer.Require(HttpStatusCode.Created);
        return ((string)answer.Json["url"]!, ((DateTime)answer.Json["expire_time"]!).ToUniversalTime());
    }

    public void Dispose() => http.Dispose();

    [GeneratedRegex(@"^      password: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Password();
}

/// <summary>The answer to a request.</summary>
internal sealed record Answer(
    string Request, HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Header(string name) => Headers.TryGetValue(name, out var value) ? value : "";

    public void Require(params HttpStatusCode[] expected)
    {
        if (!expected.Contains(Status))
            throw new TourException($"expected {string.Join(" or ", expected.Select(s => (int)s))} for {Request}, came "
                + $"{(int)Status}: {Body}");
    }
}
