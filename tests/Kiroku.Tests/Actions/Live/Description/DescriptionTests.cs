using System.Text;
using Kiroku.Storage;
using Kiroku.Tests.Actions.Live.Streams;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Webhooks;

namespace Kiroku.Tests.Actions.Live.Description;

/// <summary>
/// <c>openapi.json</c> against what is served: every route, every status, every field. A new route below /actions must
/// describe itself, and have a request here for each status that it names.
/// </summary>
public sealed class DescriptionTests(History history) : IClassFixture<History>
{
    private const string List = "GET /actions/v1/actions";
    private const string Show = "GET /actions/v1/servers/{serverId}/actions/{requestId}";
    private const string Cancel = "POST /actions/v1/servers/{serverId}/actions/{requestId}/cancel";
    private const string Follow = $"GET {StreamClient.Path}";
    private const string Export = "GET /actions/v1/export";
    private const string Itself = $"GET {ApiDescription.Path}";

    /// <summary>Requests for each status of each route; those of every route are made apart.</summary>
    private static readonly DescribedRequest[] Requests =
    [
        new(List, 200, "?page_size=1"),
        new(List, 200, "?all_projects=true") { By = "admin" },
        new(List, 400, "?filter=outcome = lost"),
        new(List, 400, "?page_token=x"),
        new(List, 403, "?all_projects=true"),
        new(Show, 200, ""),
        new(Show, 200, "") { By = "admin" },
        new(Show, 200, "") { IsOfRunning = true },
        new(Show, 304, "") { Header = ("If-None-Match", "*") },
        new(Show, 400, "") { Header = ("Prefer", "wait=x") },
        new(Show, 403, "") { By = "nobody" },
        new(Show, 404, "-none"),
        new(Cancel, 202, "") { IsOfRunning = true },
        new(Show, 200, "") { IsOfRunning = true },
        new(Cancel, 400, "?x=1"),
        new(Cancel, 413, "") { Body = new string(' ', 200_000) },
        new(Cancel, 415, "") { Body = "<xml/>" },
        new(Cancel, 403, "") { By = "reader" },
        new(Cancel, 404, "") { By = "other" },
        new(Cancel, 409, ""),
        new(Follow, 200, "?after=BEGINNING") { Header = ("Accept", StreamClient.Lines) },
        new(Follow, 200, ""),
        new(Follow, 400, "?after=x"),
        new(Follow, 403, "?all_projects=true"),
        new(Follow, 406, "") { Header = ("Accept", "text/html") },
        new(Follow, 410, "?after=x.1.1"),
        new(Export, 200, ""),
        new(Export, 200, "?format=csv"),
        new(Export, 200, "?format=cadf"),
        new(Export, 400, "?format=xml"),
        new(Export, 403, "?all_projects=true"),
        new(Itself, 200, "") { By = "" },
    ];

    /// <summary>The fields that other tests see served, or what their names begin with.</summary>
    private static readonly string[] Elsewhere =
        ["ChangesDocument.", "ChangeDocument", "FlavorDocument.", "WarningDocument.", "ActionDocument.warnings",
         "StreamLine.reason"];

    private Cloud Cloud => history.Running.Cloud;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_is_described_with_all_that_it_takes()
    {
        var api = await ApiDescription.ReadAsync(Cloud.App);
        var routes = Cloud.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/actions", StringComparison.Ordinal))
            .SelectMany(
                route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods,
                (route, method) => $"{method} {route.RoutePattern.RawText}");
        Assert.Equal(routes.Order(), api.Operations.Select(operation => operation.Name).Order());
        Assert.All(api.Operations, operation =>
        {
            Assert.False(string.IsNullOrEmpty((string?)operation.Description["summary"]), operation.Name);
            Assert.False(string.IsNullOrEmpty((string?)operation.Description["operationId"]), operation.Name);
            Assert.All(operation.Parameters, parameter => Assert.False(
                string.IsNullOrEmpty((string?)parameter["description"]), $"{operation.Name}: {parameter["name"]}"));
        });
        Assert.StartsWith("3.1.", (string)api.Document["openapi"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_status_and_field_is_served_and_nothing_else_is()
    {
        var api = await ApiDescription.ReadAsync(Cloud.App);
        // Subscriptions have a test of their own.
        var operations = api.Operations.Where(
            operation => !operation.Path.StartsWith(HookCloud.Path, StringComparison.Ordinal)).ToList();
        Assert.Equal(
            operations.SelectMany(operation => operation.OwnStatuses).Order(),
            Requests.Select(request => $"{request.Operation} {request.Status}").Distinct().Order());
        var people = await PeopleAsync();
        var running = await BeginAsync();
        foreach (var request in Requests)
            await CheckAsync(api, request, people, running);
        Assert.Equal([], api.FieldsOf(operations).Except(api.Seen).Where(field => !Elsewhere.Any(field.StartsWith)));
    }

    [Fact]
    public async Task What_any_route_may_answer_is_a_problem_as_described()
    {
        await using var limited = await TestApp.StartAsync(builder => builder.Configuration.AddInMemoryCollection(
            [new("RateLimit:ReadsPerMinute", "1"), new("RateLimit:WritesPerMinute", "1")]));
        await using var away = await Cloud.StartAsync();
        var (api, user) = (await ApiDescription.ReadAsync(Cloud.App), await limited.SignInAsync());
        away.Database.BeforeRead = () => throw new StorageException("The store is away.");
        foreach (var operation in api.Operations.Where(operation => operation.NeedsToken))
        {
            var (method, path) = (new HttpMethod(operation.Method), Fill(operation.Path, Guid.NewGuid(), "req-1"));
            using var stranger = await Cloud.App.SendAsync(method, path);
            await api.CheckAsync(operation, 401, stranger);
            (await limited.SendAsync(method, path, user.Token)).Dispose();
            using var tooOften = await limited.SendAsync(method, path, user.Token);
            if (method != HttpMethod.Delete)
                await api.CheckAsync(operation, 429, tooOften);
            using var unavailable = await away.App.SendAsync(
                method, path, away.Demo.Token, BodyOf(operation), ("Accept", "*/*"));
            await api.CheckAsync(operation, 503, unavailable);
        }
        away.Database.BeforeRead = () => Task.CompletedTask;
    }

    [Fact]
    public async Task The_address_is_that_of_the_request()
    {
        foreach (var host in new[] { "cloud.example", "[::1]:8774" })
        {
            using var answer = await Cloud.App.SendAsync(
                HttpMethod.Get, ApiDescription.Path, null, null, ("Host", host));
            var server = Assert.Single((await TestApp.JsonAsync(answer))["servers"]!.AsArray())!;
            Assert.Equal($"http://{host}", (string)server["url"]!);
        }
    }

    private async Task CheckAsync(
        ApiDescription api, DescribedRequest request, Dictionary<string, TestUser> people,
        (Guid Server, string Request) running)
    {
        var (server, id) = request.IsOfRunning ? running : (history.Running.Server, history.RequestIds[1]);
        var rest = request.Rest.Replace("BEGINNING", await StreamCloud.BeginningAsync(Cloud), StringComparison.Ordinal);
        using var message = new HttpRequestMessage(request.Method, Fill(request.Path, server, id) + rest);
        message.Headers.TryAddWithoutValidation(request.Header.Name, request.Header.Value);
        if (request.Body is not null)
            message.Content = new StringContent(
                request.Body, Encoding.UTF8, request.Body.StartsWith('<') ? "application/xml" : "application/json");
        if (people.TryGetValue(request.By, out var user))
            message.Headers.TryAddWithoutValidation("X-Auth-Token", user.Token);
        using var answer = await Cloud.App.Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, Token);
        await api.CheckAsync(api.Operations.Single(one => one.Name == request.Operation), request.Status, answer);
    }

    private async Task<Dictionary<string, TestUser>> PeopleAsync() => new()
    {
        ["demo"] = Cloud.Demo,
        ["admin"] = Cloud.Admin,
        ["reader"] = history.Running.Reader,
        ["other"] = history.Running.Other,
        ["nobody"] = await People.AddAsync(Cloud.App, "nobody", "demo", "someone"),
    };

    /// <summary>Begins an action that can be cancelled, and does not end by itself.</summary>
    private async Task<(Guid Server, string Request)> BeginAsync()
    {
        var server = await Cloud.CreateServerAsync();
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cloud.Hypervisor.Before = called
            => called == "copy" && hangs.TrySetResult() ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        var (_, request) = await Cloud.ActAsync(server, """{"resize":{"flavorRef":"84"}}""");
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        return (server, request);
    }

    /// <summary>A body that is good enough to be looked at.</summary>
    private static JsonContent? BodyOf(Operation operation) => operation.Name == $"POST {HookCloud.Path}"
        ? JsonContent.Create(new { url = "http://192.0.2.1/" })
        : null;

    private static string Fill(string path, Guid server, string request) => path
        .Replace("{serverId}", $"{server}", StringComparison.Ordinal)
        .Replace("{requestId}", request, StringComparison.Ordinal)
        .Replace("{id}", $"{server}", StringComparison.Ordinal);
}
