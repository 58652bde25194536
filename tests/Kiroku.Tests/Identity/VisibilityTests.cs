using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Kiroku.Tests.Docs;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Ui;

namespace Kiroku.Tests.Identity;

/// <summary>
/// Each route answers each kind of caller as docs/visibility.md says. The tests visit all routes, so a new one must
/// be on the page.
/// </summary>
public sealed partial class VisibilityTests : IClassFixture<RunningCloud>
{
    private static readonly string[] Prefixes = ["/v2.1", "/v2", "/v2.1/{project_id}", "/v2/{project_id}"];
    private readonly RunningCloud running;
    private readonly Cloud cloud;
    private readonly VisibilityThings things;

    public VisibilityTests(RunningCloud running)
    {
        this.running = running;
        cloud = running.Cloud;
        things = new VisibilityThings(running);
        // Room for one server per caller and action; none of them is deleted.
        cloud.Host.Capacity = cloud.Host.Capacity with { Vcpus = 1 << 20, MemoryMiB = 1 << 30 };
    }

    [Fact]
    public async Task Each_route_answers_everyone_as_the_page_says()
    {
        var actual = new List<(VisibilityRow Row, string Line)>();
        foreach (var row in Rows(cloud.App.Services))
            actual.Add((row, $"| `{row.Name}` | {string.Join(" | ", await StatusesAsync(row))} |"));

        Assert.All(RouteTable.Apis, api => new GeneratedPart("visibility.md", api).Settle(
        [
            "| request | nobody | reader | member | admin | another |",
            "|---|---|---|---|---|---|",
            .. actual.Where(answered => RouteTable.ApiOf(answered.Row) == api)
                .OrderBy(answered => answered.Row.Path, StringComparer.Ordinal)
                .ThenBy(answered => answered.Row.Name, StringComparer.Ordinal).Select(answered => answered.Line),
        ]));
    }

    [Fact]
    public async Task Another_project_cannot_tell_existing_things_from_missing_ones()
    {
        foreach (var row in Rows(cloud.App.Services).Where(row => row.Path.Contains('{', StringComparison.Ordinal)))
        {
            var real = await things.FillAsync(row);
            var madeUp = string.Join('/',
                row.Pattern.Split('/').Zip(
                    real.Split('/'), (pattern, id) => pattern == "{}" ? Guid.NewGuid().ToString("D") : id));
            var (status, _) = await AskAsync(running.Other.Token, row, real);
            if (status is >= 200 and < 300)
                continue;
            var (otherStatus, _) = await AskAsync(running.Other.Token, row, madeUp);
            Assert.True(
                status == otherStatus, $"{row.Name}: {status} for what there is, {otherStatus} for what there is not");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?all_tenants=1&project_id=PROJECT&tenant_id=PROJECT&owner=PROJECT&user_id=USER&is_public=None&detaile"
        + "d=1&member_status=all")]
    public async Task Answers_to_another_project_name_nothing_of_demos(string query)
    {
        var reading = Rows(cloud.App.Services).Where(row => row.Method == "GET").ToList();
        var paths = new List<string>();
        foreach (var row in reading)
            paths.Add(await things.FillAsync(row));
        Assert.NotEmpty(things.OfDemo);
        foreach (var (row, path) in reading.Zip(paths))
        {
            var (status, body) = await AskAsync(running.Other.Token, row, path + things.Body(query));
            if (status < 300)
                Assert.All(things.OfDemo.Where(thing => !path.Contains(thing, StringComparison.Ordinal)),
                    thing => Assert.DoesNotContain(thing, body, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Compute_has_the_same_routes_under_each_prefix()
    {
        var routes = Routes(cloud.App.Services).ToList();
        var first = Under(Prefixes[0]);
        Assert.NotEmpty(first);
        Assert.All(Prefixes, prefix => Assert.Equal(first, Under(prefix)));

        List<string> Under(string prefix)
            => [.. routes.Where(route => PrefixOf(route.Path) == prefix).Select(
                route => $"{route.Method} {route.Path[prefix.Length..]}").Order()];
    }

    /// <summary>
    /// The statuses for nobody, a reader, the owner, an administrator and another project's member. What a success
    /// changed is made again.
    /// </summary>
    private async Task<List<int>> StatusesAsync(VisibilityRow row)
    {
        var statuses = new List<int>();
        var path = await things.FillAsync(row);
        foreach (var token in new[]
            { null, running.Reader.Token, cloud.Demo.Token, cloud.Admin.Token, running.Other.Token })
        {
            var (status, _) = await AskAsync(token, row, path);
            statuses.Add(status);
            if (status >= 300 || !row.Changes)
                continue;
            await cloud.UntilAsync(
                async () => (await cloud.ServersAsync()).All(server => server.RunningAction is null));
            path = await things.FillAsync(row);
        }
        return statuses;
    }

    private async Task<(int Status, string Body)> AskAsync(string? token, VisibilityRow row, string path)
    {
        var content = row.Body is { } body
            ? new StringContent(things.Body(body), Encoding.UTF8, new MediaTypeHeaderValue(row.ContentType)) : null;
        var headers = new List<(string, string)>();
        if (row.Version is { } version)
            headers.Add(("OpenStack-API-Version", $"compute {version}"));
        if (row.Pattern == "/identity/v3/auth/tokens" && row.Method != "POST")
            headers.Add(("X-Subject-Token", (await cloud.App.SignInAsync()).Token));
        var query = path.Contains('?', StringComparison.Ordinal) ? "" : row.Query;
        var address = $"{(row.IsCompute ? Prefixes[0] : "")}{path}{query}";
        using var answer = row.IsEndless
            ? await cloud.App.OpenAsync(address, token, ("Accept", "*/*"))
            : await cloud.App.SendAsync(new HttpMethod(row.Method), address, token, content, [.. headers]);
        if (row.IsEndless && answer.IsSuccessStatusCode)
            return ((int)answer.StatusCode, "");
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>All routes: those of compute once, and those that do several things once for each.</summary>
    internal static List<VisibilityRow> Rows(IServiceProvider services) =>
    [
        .. Routes(services).Where(route => PrefixOf(route.Path) is null || PrefixOf(route.Path) == Prefixes[0])
            .Select(
                route => new VisibilityRow(route.Method, route.Path[(PrefixOf(route.Path)?.Length ?? 0)..], "",
                    PrefixOf(route.Path) is not null))
            .SelectMany(row => Actions(row).Select(action => row with { Action = action })),
    ];

    private static IEnumerable<string> Actions(VisibilityRow row) => $"{row.Method} {row.Pattern}" switch
    {
        VisibilityRow.OfServers => ActionKeys.All.Order(StringComparer.Ordinal),
        VisibilityRow.OfFlavors => ["addTenantAccess", "removeTenantAccess"],
        _ => [""],
    };

    /// <summary>All routes of the API, with parameter names as in the documentation.</summary>
    private static IEnumerable<(string Method, string Path)> Routes(IServiceProvider services)
        => services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => !PageRoutes.IsPage(endpoint.RoutePattern.RawText!))
            .SelectMany(
                endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"],
                (endpoint, method)
                    => (method,
                        Capital().Replace(
                            endpoint.RoutePattern.RawText!, letter => $"_{letter.Value.ToLowerInvariant()}")));

    /// <summary>The longest of compute's prefixes that the path begins with.</summary>
    private static string? PrefixOf(string path) => Prefixes.OrderByDescending(prefix => prefix.Length)
        .FirstOrDefault(prefix => path.StartsWith($"{prefix}/", StringComparison.Ordinal));

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}
