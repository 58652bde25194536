using System.Text.Json.Nodes;
using Kiroku.Access;
using Kiroku.Hypervisors;
using Kiroku.Identity.Accounts;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Identity;

/// <summary>Things in demo's project that routes are about, by the segment before their id in the path.</summary>
internal sealed class VisibilityThings(RunningCloud running)
{
    private readonly Dictionary<string, string> standing = [];
    private readonly HashSet<string> ofDemo = [];
    private readonly Cloud cloud = running.Cloud;

    /// <summary>Names and ids that nobody outside demo's project may learn.</summary>
    public IReadOnlyCollection<string> OfDemo => ofDemo;

    private static string New => $"new-{Guid.NewGuid():N}";

    /// <summary>Fills in the path with ids of existing things, or of new ones if the request may change
    /// them.</summary>
    public async Task<string> FillAsync(VisibilityRow row)
    {
        var steps = row.Pattern.Split('/');
        for (var place = 1; place < steps.Length; place++)
        {
            if (steps[place] is not "{}")
                continue;
            var key = $"{string.Join('/', steps[..place])} of {row.Pattern}";
            if (row.Changes || !standing.TryGetValue(key, out var thing))
                thing = standing[key] = await MakeAsync(steps, place, row);
            steps[place] = thing;
        }
        return string.Join('/', steps);
    }

    public string Body(string body) => body
        .Replace("IMAGE", cloud.Image, StringComparison.Ordinal)
        .Replace("NEW", New, StringComparison.Ordinal)
        .Replace("ADMINS", cloud.Admin.ProjectId, StringComparison.Ordinal)
        .Replace("PROJECT", cloud.Demo.ProjectId, StringComparison.Ordinal)
        .Replace("USER", cloud.Demo.UserId, StringComparison.Ordinal)
        .Replace("SECRET", cloud.App.PasswordOf("demo"), StringComparison.Ordinal)
        .Replace("HOST", cloud.App.Services.GetRequiredService<ServiceSettings>().Host, StringComparison.Ordinal);

    private async Task<string> MakeAsync(string[] steps, int place, VisibilityRow row) => steps[place - 1] switch
    {
        "servers" => await ServerAsync(row),
        "os-instance-actions" or "actions"
            => (await cloud.NewestActionAsync(Guid.Parse(steps[place - 2]))).Action.RequestId,
        "flavors" => await FlavorAsync(),
        "os-extra_specs" => "quota:some",
        "images" => await ImageAsync(row),
        "members" => cloud.Admin.ProjectId,
        "tags" => "red",
        "metadata" => "some",
        "os-keypairs"
            => await IdAsync(
                cloud.Demo, "/v2.1/os-keypairs", $$$"""{"keypair":{"name":"{{{New}}}"}}""", "keypair", "name"),
        "os-server-groups"
            => await IdAsync(
                cloud.Demo, "/v2.1/os-server-groups",
                $$$"""{"server_group":{"name":"{{{New}}}","policies":["affinity"]}}""", "server_group"),
        "subscriptions" => await SubscriptionAsync(),
        "os-services" when row.Method == "DELETE"
            => $"{await OtherNodes.AddAsync(cloud, OtherNodes.Of(New), up: false)}",
        "os-services" => "enable",
        "os-hypervisors" => await HypervisorAsync(row),
        "networks" or "subnets" => await FirstAsync(steps[place - 1], "/network/v2.0"),
        "os-networks" or "os-tenant-networks" => await FirstAsync("networks", "/network/v2.0"),
        "os-security-groups" => await GroupAsync("security_groups"),
        "os-security-group-rules" => await GroupAsync("security_group_rules"),
        "ports" => await PortAsync(),
        "security-groups" or "security-group-rules" => await GroupAsync(steps[place - 1].Replace('-', '_')),
        "auto-allocated-topology" or "quotas" => cloud.Demo.ProjectId,
        "extensions" when steps[1] == "network" => "quotas",
        "extensions" => (string)(await cloud.Admin.GetJsonAsync("/v2.1/extensions"))["extensions"]![0]!["alias"]!,
        "domains" => Domain.Id,
        "projects" when row is { Changes: true, Pattern: "/identity/v3/projects/{}" } =>
            await IdAsync(cloud.Admin, "/identity/v3/projects", $$$"""{"project":{"name":"{{{New}}}"}}""", "project"),
        "projects" or "os-quota-sets" or "os-simple-tenant-usage" => cloud.Demo.ProjectId,
        "users" => await UserAsync(row),
        "application_credentials"
            => await IdAsync(cloud.Demo, $"/identity/v3/users/{cloud.Demo.UserId}/application_credentials",
            $$$"""{"application_credential":{"name":"{{{New}}}"}}""", "application_credential"),
        "roles" when row.Pattern.Contains("users", StringComparison.Ordinal) => Role.Of(RoleNames.Reader).Id,
        "roles" when row.Pattern.Contains("implies", StringComparison.Ordinal) => Role.Of(RoleNames.Admin).Id,
        "roles" => await IdAsync(cloud.Admin, "/identity/v3/roles", $$$"""{"role":{"name":"{{{New}}}"}}""", "role"),
        "implies" => Role.Of(RoleNames.Member).Id,
        "services" or "endpoints" or "regions" => await FirstAsync(steps[place - 1], "/identity/v3"),
        _ => New,
    };

    private async Task<string> ServerAsync(VisibilityRow row)
    {
        var server = await cloud.CreateServerAsync();
        ofDemo.Add(server.ToString());
        if (row.Before is { } before)
            await cloud.DoAsync(server, before);
        if (row.Pattern.Contains("/metadata", StringComparison.Ordinal))
            await SetAsync(cloud.Demo, "PUT", $"/v2.1/servers/{server}/metadata", """{"metadata":{"some":"1"}}""");
        if (row.Pattern.Contains("/tags", StringComparison.Ordinal))
            await AddTagAsync(server);
        return server.ToString();
    }

    private async Task<string> SubscriptionAsync()
    {
        var (_, made) = await cloud.Demo.AskAsync(
            "POST", "/actions/v1/subscriptions", """{"url":"http://127.0.0.1:1/","enabled":false}""");
        var id = (string)made!["id"]!;
        ofDemo.Add(id);
        return id;
    }

    private async Task AddTagAsync(Guid server)
    {
        using var tagged = await cloud.App.SendAsync(
            HttpMethod.Put, $"/v2.1/servers/{server}/tags/red", cloud.Demo.Token, null,
            ("OpenStack-API-Version", "compute 2.26"));
        Assert.Equal(201, (int)tagged.StatusCode);
    }

    /// <summary>A flavor that only demo's project may use.</summary>
    private async Task<string> FlavorAsync()
    {
        var flavor =
            $$$"""{"flavor":{"name":"{{{New}}}","ram":64,"vcpus":1,"disk":1,"os-flavor-access:is_public":false}}""";
        var id = await IdAsync(cloud.Admin, "/v2.1/flavors", flavor, "flavor");
        ofDemo.Add(id);
        await SetAsync(cloud.Admin, "POST", $"/v2.1/flavors/{id}/action",
            $$$"""{"addTenantAccess":{"tenant":"{{{cloud.Demo.ProjectId}}}"}}""");
        await SetAsync(
            cloud.Admin, "POST", $"/v2.1/flavors/{id}/os-extra_specs", """{"extra_specs":{"quota:some":"1"}}""");
        return id;
    }

    /// <summary>
    /// An image of demo's with tags. It has its bytes unless the route uploads them, and is shared if the route is
    /// about that.
    /// </summary>
    private async Task<string> ImageAsync(VisibilityRow row)
    {
        var id = await IdAsync(cloud.Demo, "/image/v2/images",
            """{"name":"disk","disk_format":"raw","container_format":"bare","tags":["red"],"some":"1"}""");
        if (!row.Changes || !row.Pattern.EndsWith("/file", StringComparison.Ordinal))
        {
            using var stored = await cloud.Demo.PutAsync($"/image/v2/images/{id}/file", new byte[1024]);
            Assert.Equal(204, (int)stored.StatusCode);
        }
        if (row.Pattern.Contains("/members", StringComparison.Ordinal))
            await SetAsync(
                cloud.Demo, "POST", $"/image/v2/images/{id}/members", $$"""{"member":"{{cloud.Admin.ProjectId}}"}""");
        return id;
    }

    /// <summary>Demo itself or, for routes that change users, another one with a role.</summary>
    private async Task<string> UserAsync(VisibilityRow row)
    {
        var ofRoles = row.Pattern.Contains("roles", StringComparison.Ordinal);
        if (row.Pattern.Contains("application_credentials", StringComparison.Ordinal) || !(row.Changes || ofRoles))
            return cloud.Demo.UserId;
        var user = await IdAsync(cloud.Admin, "/identity/v3/users",
            $$$"""{"user":{"name":"{{{New}}}","password":"{{{IdentityDesk.Password}}}"}}""", "user");
        foreach (var scope in new[] { $"projects/{cloud.Demo.ProjectId}", $"domains/{Domain.Id}" })
            await SetAsync(
                cloud.Admin, "PUT", $"/identity/v3/{scope}/users/{user}/roles/{Role.Of(RoleNames.Reader).Id}", null);
        return user;
    }

    private async Task<string> HypervisorAsync(VisibilityRow row)
    {
        var hypervisor = (await cloud.Admin.GetJsonAsync("/v2.1/os-hypervisors"))["hypervisors"]![0]!;
        return hypervisor[row.Path.Contains("{pattern}", StringComparison.Ordinal)
            ? "hypervisor_hostname" : "id"]!.ToString();
    }

    private async Task<string> FirstAsync(string kind, string service)
        => (string)(await cloud.Admin.GetJsonAsync($"{service}/{kind}"))[kind]![0]!["id"]!;

    /// <summary>The card of a server of demo's.</summary>
    private async Task<string> PortAsync()
    {
        cloud.Host.Addresses = [new MachineAddress(cloud.Host.Network.Name, null, "fa:16:3e:00:00:01")];
        var server = await cloud.CreateServerAsync();
        var ports = (await cloud.Demo.GetJsonAsync($"/network/v2.0/ports?device_id={server}"))["ports"]!;
        var port = (string)ports[0]!["id"]!;
        ofDemo.Add(port);
        return port;
    }

    private async Task<string> GroupAsync(string kind)
    {
        var id = (string)(await cloud.Demo.GetJsonAsync($"/network/v2.0/{kind.Replace('_', '-')}"))[kind]![0]!["id"]!;
        ofDemo.Add(id);
        return id;
    }

    private static async Task SetAsync(TestUser user, string method, string path, string? body)
        => Assert.InRange((await user.AskAsync(method, path, body)).Status, 200, 204);

    private async Task<string> IdAsync(TestUser user, string path, string body, string? kind = null, string key = "id")
    {
        var (status, answer) = await user.AskAsync("POST", path, body);
        Assert.True(status is 200 or 201, $"{path} was answered {status} {answer}");
        var id = (string)((kind is null ? answer : answer![kind]) as JsonObject)![key]!;
        if (user == cloud.Demo)
            ofDemo.Add(id);
        return id;
    }
}
