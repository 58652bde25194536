using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kiroku.SystemTests.Service;

/// <summary>The service as a user from its clouds.yaml sees it.</summary>
internal sealed partial class Cloud
{
    private readonly HttpClient http;

    private Cloud(HttpClient http, string projectId, string userId) =>
        (this.http, ProjectId, UserId) = (http, projectId, userId);

    public string ProjectId { get; }

    public string UserId { get; }

    public string Token => http.DefaultRequestHeaders.GetValues("X-Auth-Token").Single();

    /// <summary>Signs in as "demo" or "admin".</summary>
    public static async Task<Cloud> SignInAsync(Uri address, string cloudsFile, string user)
    {
        var match = Credentials().Matches(await File.ReadAllTextAsync(cloudsFile)).Single(
            match => match.Groups["user"].Value == user);
        var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(40) };
        using var answer = await http.PostAsync("/identity/v3/auth/tokens", Json($$"""
            {"auth": {"identity": {"methods": ["password"], "password": {"user":
                {"name": "{{user}}", "domain": {"id": "default"}, "password": "{{match.Groups["password"].Value}}"} } },
                "scope": {"project": {"name": "{{user}}", "domain": {"id": "default"} } } } }
            """));
        Assert.Equal(201, (int)answer.StatusCode);
        var token = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["token"]!;
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        http.DefaultRequestHeaders.Add("X-Auth-Token", answer.Headers.GetValues("X-Subject-Token").Single());
        return new Cloud(http, (string)token["project"]!["id"]!, (string)token["user"]!["id"]!);
    }

    /// <summary>The same user with the same token at another address.</summary>
    public Cloud At(Uri address)
    {
        var there = new HttpClient { BaseAddress = address, Timeout = http.Timeout };
        there.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        there.DefaultRequestHeaders.Add("X-Auth-Token", http.DefaultRequestHeaders.GetValues("X-Auth-Token"));
        return new Cloud(there, ProjectId, UserId);
    }

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, string? version = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (version is not null) request.Headers.Add("OpenStack-API-Version", $"compute {version}");
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var answer = await http.SendAsync(request);
        var id = answer.Headers.TryGetValues("x-openstack-request-id", out var ids) ? ids.Single() : null;
        return new Answer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), id, answer.Headers);
    }

    /// <summary>Gets a document of the live record's once it has changed for good, or after half a minute.</summary>
    public async Task<Answer> WaitAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Prefer", "wait=30");
        using var answer = await http.SendAsync(request);
        return new Answer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), null, answer.Headers);
    }

    /// <summary>Begins to read a stream of events.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public Task<Answer> GetAsync(string path, string? version = null) => SendAsync(HttpMethod.Get, path, null, version);

    public Task<Answer> PostAsync(string path, string json, string? version = null, string? key = null) =>
        SendAsync(HttpMethod.Post, path, Json(json), version, key);

    /// <summary>Gets a document, which must exist.</summary>
    public async Task<JsonObject> ReadAsync(string path, string? version = null)
    {
        var answer = await GetAsync(path, version);
        return answer.Status == 200
            ? answer.Json : throw new InvalidOperationException($"{path}: {answer.Status} {answer.Text}");
    }

    /// <summary>Registers an image with these bytes and returns its id.</summary>
    public async Task<string> AddImageAsync(string name, string format, byte[] bytes)
    {
        var made = await PostAsync(
            "/image/v2/images", $$"""{"name": "{{name}}", "disk_format": "{{format}}", "container_format": "bare"}""");
        Assert.Equal(201, made.Status);
        var id = (string)made.Json["id"]!;
        using var content = new ByteArrayContent(bytes)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
        };
        Assert.Equal(204, (await SendAsync(HttpMethod.Put, $"/image/v2/images/{id}/file", content)).Status);
        return id;
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    [GeneratedRegex(@"username: (?<user>\S+)\s+password: (?<password>\S+)")]
    private static partial Regex Credentials();
}

/// <summary>An HTTP answer.</summary>
internal sealed record Answer(int Status, string Text, string? RequestId, HttpResponseHeaders Headers)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();
}
