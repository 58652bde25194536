using Kiroku.Actions;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Ui;

namespace Kiroku.Tests.Api;

/// <summary>Every change leaves a record. The tests visit all routes, so a new one cannot be forgotten.</summary>
public sealed class RecordedRoutesTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    /// <summary>Routes whose changes have no record yet. This table may only shrink.</summary>
    private static readonly string[] Unrecorded =
    [
        "POST /identity/v3/auth/tokens",
        "DELETE /identity/v3/auth/tokens",
        "POST /identity/v3/projects",
        "PATCH /identity/v3/projects/{id}",
        "DELETE /identity/v3/projects/{id}",
        "POST /identity/v3/users",
        "PATCH /identity/v3/users/{id}",
        "DELETE /identity/v3/users/{id}",
        "POST /identity/v3/users/{id}/password",
        "POST /identity/v3/roles",
        "PATCH /identity/v3/roles/{id}",
        "DELETE /identity/v3/roles/{id}",
        "PUT /identity/v3/projects/{scopeId}/users/{userId}/roles/{roleId}",
        "DELETE /identity/v3/projects/{scopeId}/users/{userId}/roles/{roleId}",
        "PUT /identity/v3/domains/{scopeId}/users/{userId}/roles/{roleId}",
        "DELETE /identity/v3/domains/{scopeId}/users/{userId}/roles/{roleId}",
        "POST /identity/v3/users/{userId}/application_credentials",
        "DELETE /identity/v3/users/{userId}/application_credentials/{id}",
        "POST /image/v2/images",
        "DELETE /image/v2/images/{id}",
        "PUT /image/v2/images/{id}/file",
    ];

    /// <summary>Routes that change no server: there is no action to record.</summary>
    private static readonly string[] NotOfServers =
    [
        .. new[] { "/v2/{project_id}", "/v2.1/{project_id}", "/v2", "/v2.1" }
            .SelectMany(prefix => new[]
            {
                $"POST {prefix}/os-keypairs", $"DELETE {prefix}/os-keypairs/{{name}}",
                $"POST {prefix}/os-server-groups", $"DELETE {prefix}/os-server-groups/{{id}}",
                $"PUT {prefix}/os-quota-sets/{{id}}", $"DELETE {prefix}/os-quota-sets/{{id}}",
                $"PUT {prefix}/os-quota-class-sets/{{name}}",
                // What these ask for is not there: they are always refused.
                $"POST {prefix}/servers/{{serverId}}/os-interface",
                $"DELETE {prefix}/servers/{{serverId}}/os-interface/{{portId}}",
                $"POST {prefix}/servers/{{serverId}}/remote-consoles",
                $"PUT {prefix}/os-services/{{id}}",
                $"DELETE {prefix}/os-services/{{id}}",
                $"POST {prefix}/flavors", $"PUT {prefix}/flavors/{{id}}", $"DELETE {prefix}/flavors/{{id}}",
                $"POST {prefix}/flavors/{{id}}/action",
                $"POST {prefix}/flavors/{{id}}/os-extra_specs", $"PUT {prefix}/flavors/{{id}}/os-extra_specs/{{key}}",
                $"DELETE {prefix}/flavors/{{id}}/os-extra_specs/{{key}}",
            }),
        .. new[] { "/v2/{project_id}", "/v2.1/{project_id}", "/v2", "/v2.1" }
            .SelectMany(
                prefix => Proxied, (prefix, route) => route.Replace(" ", $" {prefix}", StringComparison.Ordinal)),
        "PATCH /image/v2/images/{id}",
        "PUT /image/v2/images/{id}/tags/{tag}",
        "DELETE /image/v2/images/{id}/tags/{tag}",
        "POST /image/v2/images/{id}/actions/deactivate",
        "POST /image/v2/images/{id}/actions/reactivate",
        "POST /image/v2/images/{id}/members",
        "PUT /image/v2/images/{id}/members/{memberId}",
        "DELETE /image/v2/images/{id}/members/{memberId}",
        .. new[] { "networks", "subnets", "ports", "security-groups", "security-group-rules" }
            .Select(collection => $"/network/v2.0/{collection}")
            .SelectMany(collection => new[]
            {
                $"POST {collection}", $"PUT {collection}/{{id}}", $"DELETE {collection}/{{id}}",
            }),
        "PUT /network/v2.0/quotas/{id}",
        "DELETE /network/v2.0/quotas/{id}",
        "DELETE /network/v2.0/auto-allocated-topology/{id}",
        "POST /actions/v1/subscriptions",
        "PATCH /actions/v1/subscriptions/{id}",
        "DELETE /actions/v1/subscriptions/{id}",
        "POST /actions/v1/subscriptions/{id}/test",
        "POST /actions/v1/subscriptions/{id}/rotate-secret",
        "POST /actions/v1/subscriptions/{id}/redeliver",
    ];

    /// <summary>Routes that Nova once had or handed on: they change images, or nothing.</summary>
    private static string[] Proxied =>
    [
        "DELETE /images/{id}", "POST /images/{id}/metadata", "PUT /images/{id}/metadata",
        "PUT /images/{id}/metadata/{key}", "DELETE /images/{id}/metadata/{key}",
        "POST /os-agents", "PUT /os-agents/{id}", "DELETE /os-agents/{id}",
        "POST /os-cells", "PUT /os-cells/{id}", "DELETE /os-cells/{id}", "POST /os-cells/sync_instances",
        "POST /os-certificates", "POST /os-cloudpipe", "PUT /os-cloudpipe/{id}", "POST /os-fixed-ips/{id}/action",
        "PUT /os-floating-ip-dns/{id}", "DELETE /os-floating-ip-dns/{id}",
        "PUT /os-floating-ip-dns/{domainId}/entries/{id}", "DELETE /os-floating-ip-dns/{domainId}/entries/{id}",
        "POST /os-floating-ips", "DELETE /os-floating-ips/{id}",
        "POST /os-floating-ips-bulk", "PUT /os-floating-ips-bulk/{id}",
        "POST /os-networks", "POST /os-networks/add", "DELETE /os-networks/{id}", "POST /os-networks/{id}/action",
        "POST /os-tenant-networks", "DELETE /os-tenant-networks/{id}",
        "POST /os-security-groups", "PUT /os-security-groups/{id}", "DELETE /os-security-groups/{id}",
        "POST /os-security-group-rules", "DELETE /os-security-group-rules/{id}",
        "POST /os-security-group-default-rules", "DELETE /os-security-group-default-rules/{id}",
        "POST /os-volumes", "DELETE /os-volumes/{id}", "POST /os-snapshots", "DELETE /os-snapshots/{id}",
        "POST /os-baremetal-nodes", "DELETE /os-baremetal-nodes/{id}",
        "POST /servers/{serverId}/consoles", "DELETE /servers/{serverId}/consoles/{id}",
    ];

    /// <summary>
    /// Routes that change a server's metadata. Nova records no action for these, so there is none here.
    /// </summary>
    private static readonly string[] Notes =
    [
        .. new[] { "/v2/{project_id}", "/v2.1/{project_id}", "/v2", "/v2.1" }
            .Select(prefix => $"{prefix}/servers/{{serverId}}")
            .SelectMany(server => new[]
            {
                $"PUT {server}",
                $"POST {server}/metadata", $"PUT {server}/metadata", $"PUT {server}/metadata/{{key}}",
                $"DELETE {server}/metadata/{{key}}",
                $"PUT {server}/tags", $"DELETE {server}/tags", $"PUT {server}/tags/{{tag}}",
                $"DELETE {server}/tags/{{tag}}",
            }),
    ];

    /// <summary>Routes that change an action that runs, whose own record then says so.</summary>
    private static readonly string[] OfActions = ["POST /actions/v1/servers/{serverId}/actions/{requestId}/cancel"];

    /// <summary>A body that each recorded route accepts.</summary>
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["POST /servers"] = """{"server":{"name":"vm","flavorRef":"42","imageRef":"IMAGE"}}""",
        ["POST /servers/{serverId}/action"] = """{"reboot":{"type":"HARD"}}""",
        ["DELETE /servers/{serverId}"] = "",
    };

    /// <summary>Actions without a scenario of their own.</summary>
    private static readonly Dictionary<string, string> ByAdministrators = new()
    {
        ["os-resetState"] = """{"os-resetState":{"state":"active"}}""",
        ["forceDelete"] = """{"forceDelete":null}""",
        ["migrate"] = """{"migrate":null}""",
    };

    [Fact]
    public async Task Every_route_that_changes_something_leaves_an_action()
    {
        var (cloud, routes) = (running.Cloud, Mutating().Except([.. NotOfServers, .. Notes, .. OfActions]).ToList());
        Assert.Equal(12 + Unrecorded.Length, routes.Count);
        foreach (var route in routes.Except(Unrecorded))
        {
            var (method, pattern) = (route.Split(' ')[0], route.Split(' ')[1]);
            var body = Bodies.Single(
                pair => pair.Key.Split(' ')[0] == method
                    && pattern.EndsWith(pair.Key.Split(' ')[1], StringComparison.Ordinal)).Value;
            var server = await cloud.CreateServerAsync();
            var path = pattern.Replace("{serverId}", server.ToString(), StringComparison.Ordinal).Replace(
                "{project_id}", cloud.Demo.ProjectId, StringComparison.Ordinal);
            using var answer = await cloud.App.SendAsync(
                new HttpMethod(method), path, cloud.Demo.Token,
                body.Length == 0 ? null : TestApp.Json(body.Replace("IMAGE", cloud.Image, StringComparison.Ordinal)));
            Assert.True(answer.IsSuccessStatusCode, $"{route} was answered {(int)answer.StatusCode}");
            var requestId = answer.Headers.GetValues("x-openstack-request-id").Single();
            var recorded = answer.Headers.Location is { } location
                && !location.OriginalString.EndsWith(server.ToString(), StringComparison.Ordinal)
                ? Guid.Parse(location.OriginalString.Split('/')[^1]) : server;
            Assert.Equal(requestId, (await cloud.EndedAsync(recorded, requestId)).Action.RequestId);
        }
    }

    public static TheoryData<string> Keys => [.. ActionKeys.Recorded];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Every_action_leaves_one_record_with_its_caller(string key)
    {
        var cloud = running.Cloud;
        var scenario = Scenario.OfKey(key);
        var server = scenario is null ? await cloud.CreateServerAsync() : await scenario.PrepareAsync(cloud);
        var caller = ByAdministrators.ContainsKey(key) ? cloud.Admin : cloud.Demo;
        var before = await CountAsync(server);

        var body = scenario?.Body(cloud) ?? ByAdministrators[key];

        using var answer = await caller.PostAsync(
            $"/v2.1/servers/{server}/action", body, ActionKeys.HeadersFor(body));

        Assert.True(answer.IsSuccessStatusCode, $"{key} was answered {(int)answer.StatusCode}");
        var ended = await cloud.EndedAsync(server, answer.Headers.GetValues("x-openstack-request-id").Single());
        Assert.Equal((caller.UserId, caller.ProjectId), (ended.Action.UserId, ended.Action.ProjectId));
        Assert.Equal(before + 1, await CountAsync(server));
    }

    [Fact]
    public void Every_exception_is_an_existing_route()
        => Assert.All(
            [.. Unrecorded, .. NotOfServers, .. Notes, .. OfActions], route => Assert.Contains(route, Mutating()));

    private async Task<int> CountAsync(Guid server)
        => (await running.Cloud.App.Services.GetRequiredService<ActionStore>()
        .ListAsync(server, new ActionQuery(1000), TestContext.Current.CancellationToken)).Count;

    private List<string> Mutating() =>
    [
        .. running.Cloud.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(
                endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"],
                (endpoint, method) => (Method: method, Path: endpoint.RoutePattern.RawText))
            .Where(route => route.Method is not ("GET" or "HEAD") && route.Path is not "/healthz"
                && !PageRoutes.IsPage(route.Path!)).Select(
                route => $"{route.Method} {route.Path}"),
    ];
}
