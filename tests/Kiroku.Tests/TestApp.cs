using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiroku.Cluster;
using Kiroku.Identity.Setup;
using Kiroku.Tests.Storage;
using Microsoft.AspNetCore.Identity;
using Orleans.Runtime.MembershipService;

namespace Kiroku.Tests;

/// <summary>The whole service on a free port, with a data folder of its own.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly bool keepsData;

    private TestApp(WebApplication app, bool keepsData)
    {
        this.app = app;
        this.keepsData = keepsData;
        Address = new Uri(app.Urls.Single());
        DataDirectory = app.Services.GetRequiredService<ServiceSettings>().DataDirectory;
        // Latin 1, so that tests can send invalid UTF-8 in a header.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        };
        Http = new HttpClient(LargeBodies.WaitForAWord(handler))
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(60),
            DefaultRequestHeaders = { Accept = { new MediaTypeWithQualityHeaderValue("application/json") } },
        };
    }

    /// <summary>Formats JSON for readers.</summary>
    public static JsonSerializerOptions Plain
    {
        get;
    } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public HttpClient Http { get; }

    /// <summary>Completes when the service would end its process, with the reason.</summary>
    public Task<string> Lost { get; private init; } = null!;

    public IServiceProvider Services => app.Services;

    public Uri Address { get; }

    public string DataDirectory { get; }

    /// <summary>Starts the service.</summary>
    /// <param name="configure">Replaces parts of the service, such as the clock or the hypervisor.</param>
    /// <param name="dataDirectory">A folder that an earlier service left; not removed at the end.</param>
    /// <param name="change">Changes settings such as host or database.</param>
    public static async Task<TestApp> StartAsync(
        Action<WebApplicationBuilder>? configure = null, string? dataDirectory = null,
        Func<ServiceSettings, ServiceSettings>? change = null)
    {
        var folder = dataDirectory ?? Directory.CreateTempSubdirectory("kiroku-test-").FullName;
        var settings = new ServiceSettings
        {
            DataDirectory = folder,
            Database = TestStore.Connection(folder),
            Listen = "http://127.0.0.1:0",
            // Never the host's libvirt daemon, nor one started for the test.
            Hypervisor = "test:///default",
        };
        settings = change?.Invoke(settings) ?? settings;
        var lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var app = KirokuApp.Build(settings, builder =>
        {
            builder.Logging.ClearProviders();
            // The process also runs other services and the tests.
            builder.Services.AddSingleton<EndProcess>(why => lost.TrySetResult(why));
            // Not the image of whoever runs the tests.
            builder.Configuration["KIROKU_GUEST_IMAGE"] = "";
            // Otherwise each of very many starts would write some megabytes.
            builder.Configuration["Storage:Ballast"] = "0";
            // At full strength, passwords would take a third of the tests' time.
            builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1);
            // Requests that a test holds back for long must not be cut off.
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MinRequestBodyDataRate = null);
            configure?.Invoke(builder);
        });
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            app.Services.GetRequiredService<CloudsFile>().WriteClouds(new Uri(app.Urls.Single()));
        }
        catch (Exception failure)
        {
            if (failure is OrleansClusterConnectivityCheckFailedException)
                await EndDirectoryAsync(app.Services);
            await app.DisposeAsync();
            if (dataDirectory is null)
                Directory.Delete(settings.DataDirectory, recursive: true);
            throw;
        }
        return new TestApp(app, dataDirectory is not null) { Lost = lost.Task };
    }

    /// <summary>
    /// Ends something that Orleans leaves running when a silo fails halfway through its start. Without this it
    /// occupies a processor for ever.
    /// </summary>
    public static Task EndDirectoryAsync(IServiceProvider services)
    {
        var directory = typeof(Silo)
            .Assembly.GetType("Orleans.Runtime.GrainDirectory.LocalGrainDirectory", throwOnError: true)!;
        return (Task)directory.GetMethod("StopAsync")!.Invoke(services.GetRequiredService(directory), null)!;
    }

    /// <summary>Signs in as "demo" or "admin", in the project of that name or another.</summary>
    public async Task<TestUser> SignInAsync(string name = "demo", string? project = null)
    {
        using var answer = await TrySignInAsync(name, PasswordOf(name), InProject(project ?? name));
        Assert.Equal(201, (int)answer.StatusCode);
        var token = (await JsonAsync(answer))["token"]!;
        return new TestUser(this, answer.Headers.GetValues("X-Subject-Token").Single(),
            (string)token["project"]!["id"]!, (string)token["user"]!["id"]!);
    }

    public Task<HttpResponseMessage> TrySignInAsync(string name, string password, JsonObject? scope = null)
        => TrySignInAsync("password", new JsonObject
        {
            ["user"]
        = new JsonObject
        {
            ["name"] = name,
            ["domain"] = new JsonObject { ["name"] = "Default" },
            ["password"] = password,
        },
        }, scope);

    public Task<HttpResponseMessage> TrySignInAsync(string method, JsonObject proof, JsonObject? scope)
    {
        var auth = new JsonObject
        {
            ["identity"] = new JsonObject { ["methods"] = new JsonArray(method), [method] = proof },
        };
        if (scope is not null)
            auth["scope"] = scope;
        return Http.PostAsync("/identity/v3/auth/tokens", Json(new JsonObject { ["auth"] = auth }.ToJsonString()));
    }

    public static JsonObject InProject(string name)
        => new()
        {
            ["project"] = new JsonObject { ["name"] = name, ["domain"] = new JsonObject { ["id"] = "default" } },
        };

    public string PasswordOf(string name) => Services.GetRequiredService<CloudsFile>().Passwords!.Of(name)!;

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token = null,
        HttpContent? body = null, params (string, string)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null)
            request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Gets an answer that may have no end: its body is read as it comes.</summary>
    public async Task<HttpResponseMessage> OpenAsync(
        string path, string? token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
            request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    public static ByteArrayContent Octets(byte[] bytes)
        => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage answer)
        => JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

    /// <summary>Ends the service in good order, as SIGTERM does.</summary>
    public Task StopAsync() => app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        if (!keepsData)
            Directory.Delete(DataDirectory, recursive: true);
    }
}

/// <summary>A user who is signed in.</summary>
internal sealed record TestUser(TestApp App, string Token, string ProjectId, string UserId)
{
    public Task<HttpResponseMessage> GetAsync(string path, params (string, string)[] headers)
        => App.SendAsync(HttpMethod.Get, path, Token, null, headers);

    public Task<HttpResponseMessage> PostAsync(string path, string json, params (string, string)[] headers)
        => App.SendAsync(HttpMethod.Post, path, Token, TestApp.Json(json), headers);

    public Task<HttpResponseMessage> DeleteAsync(string path, params (string, string)[] headers)
        => App.SendAsync(HttpMethod.Delete, path, Token, null, headers);

    public Task<HttpResponseMessage> PutJsonAsync(string path, string json, params (string, string)[] headers)
        => App.SendAsync(HttpMethod.Put, path, Token, TestApp.Json(json), headers);

    public Task<HttpResponseMessage> PutAsync(string path, byte[] bytes)
        => App.SendAsync(HttpMethod.Put, path, Token, TestApp.Octets(bytes));

    /// <summary>Gets a document, which must exist.</summary>
    public async Task<JsonNode> GetJsonAsync(string path, params (string, string)[] headers)
    {
        using var answer = await GetAsync(path, headers);
        Assert.Equal(200, (int)answer.StatusCode);
        return await TestApp.JsonAsync(answer);
    }

    /// <summary>Sends a request and reads the whole answer; the body is null if there is none.</summary>
    public async Task<(int Status, JsonNode? Body)> AskAsync(string method, string path, string? json = null)
    {
        using var answer = await App.SendAsync(
            new HttpMethod(method), path, Token, json is null ? null : TestApp.Json(json));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
