using System.Text.Json.Nodes;

namespace Kiroku.Tests.Servers;

/// <summary>A cloud with three servers: one stopped, one with tags, one in another project.</summary>
public sealed class ThreeServers : IAsyncLifetime
{
    internal RunningCloud Running { get; } = new();

    internal Guid Tagged { get; private set; }

    internal Guid Foreign { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await Running.InitializeAsync();
        await Running.Cloud.DoAsync(Running.Server, """{"os-stop":null}""");
        Tagged = await CreateAsync(Running.Cloud.Demo,
            """{"name":"tagged","tags":["red","green"],"hostname":"box","availability_zone":"nova","accessIPv4":"10.0.0.1"}""");
        Foreign = await CreateAsync(
            Running.Other, """{"name":"foreign","description":"theirs","adminPass":"secret"}""");
    }

    public ValueTask DisposeAsync() => Running.DisposeAsync();

    private async Task<Guid> CreateAsync(TestUser user, string wishes)
    {
        var server = JsonNode.Parse(wishes)!;
        (server["flavorRef"], server["imageRef"], server["networks"]) = ("42", Running.Cloud.Image, "none");
        using var answer = await user.PostAsync("/v2.1/servers",
            new JsonObject { ["server"] = server.DeepClone() }.ToJsonString(),
            ("OpenStack-API-Version", "compute 2.96"));
        var made = (await TestApp.JsonAsync(answer))["server"]!;
        Assert.Equal((string?)server["adminPass"] ?? (string)made["adminPass"]!, (string)made["adminPass"]!);
        var id = Guid.Parse((string)made["id"]!);
        await Running.Cloud.UntilAsync(async () => (await Running.Cloud.ServerAsync(id)).RunningAction is null);
        return id;
    }
}

public sealed class ServersListTests(ThreeServers three) : IClassFixture<ThreeServers>
{
    [Theory]
    [InlineData("2.1", "", "tagged vm")]
    [InlineData("2.1", "status=SHUTOFF", "vm")]
    [InlineData("2.1", "status=shutoff&status=ACTIVE", "tagged vm")]
    [InlineData("2.1", "status=NONSENSE", "")]
    [InlineData("2.1", "name=tag", "tagged")]
    [InlineData("2.1", "name=^vm$", "vm")]
    [InlineData("2.1", "uuid=6f0a1cbb-0000-4000-8000-000000000000", "tagged vm")]
    [InlineData("2.1", "host=elsewhere", "tagged vm")]
    [InlineData("2.1", "deleted=true", "tagged vm")]
    [InlineData("2.1", "unknown=1&_x=2&metadata=3", "tagged vm")]
    [InlineData("2.1", "tags=red", "tagged vm")]
    [InlineData("2.26", "tags=red,green", "tagged")]
    [InlineData("2.26", "tags=red,blue", "")]
    [InlineData("2.26", "tags-any=red,blue", "tagged")]
    [InlineData("2.26", "not-tags=red,blue", "tagged vm")]
    [InlineData("2.26", "not-tags-any=red", "vm")]
    [InlineData("2.73", "locked=true", "")]
    [InlineData("2.73", "locked=no", "tagged vm")]
    [InlineData("2.82", "vm_state=stopped", "tagged vm")]
    [InlineData("2.83", "vm_state=stopped", "vm")]
    [InlineData("2.90", "hostname=box", "tagged")]
    [InlineData("2.1", "ip=10", "")]
    [InlineData("2.1", "flavor=42", "tagged vm")]
    [InlineData("2.1", "flavor=84", "")]
    [InlineData("2.1", "sort_key=display_name&sort_dir=desc", "vm tagged")]
    [InlineData("2.1", "sort_key=display_name&sort_dir=asc", "tagged vm")]
    [InlineData("2.1", "sort_dir=asc", "vm tagged")]
    [InlineData("2.1", "limit=5&limit=1", "tagged")]
    [InlineData("2.66", "changes-since=2000&changes-before=2001", "")]
    [InlineData("2.1", "all_tenants=no", "tagged vm")]
    public async Task A_list_holds_the_requested_servers(string version, string query, string names)
        => Assert.Equal(names, await NamesAsync(three.Running.Cloud.Demo, version, query));

    [Theory]
    [InlineData("all_tenants=1", "foreign tagged vm")]
    [InlineData("all_tenants=", "foreign tagged vm")]
    [InlineData("all_tenants=maybe", "foreign tagged vm")]
    [InlineData("", "")]
    [InlineData("all_tenants=1&vm_state=stopped", "vm")]
    [InlineData("all_tenants=1&host=elsewhere", "")]
    [InlineData("all_tenants=1&tenant_id=PROJECT", "tagged vm")]
    public async Task An_administrator_sees_more(string query, string names)
        => Assert.Equal(names,
            await NamesAsync(three.Running.Cloud.Admin, "2.1",
                query.Replace("PROJECT", three.Running.Cloud.Demo.ProjectId, StringComparison.Ordinal)));

    [Theory]
    [InlineData(
        "2.1", "limit=-1", 400, "Invalid input for query parameters limit. Value: -1. '-1' does not match '^[0-9]*$'")]
    [InlineData("2.1", "limit=", 400, "'' is too short")]
    [InlineData("2.1", "marker=nonsense", 400, "marker [nonsense] not found")]
    [InlineData("2.1", "marker=6f0a1cbb-0000-4000-8000-000000000000", 400,
        "marker [6f0a1cbb-0000-4000-8000-000000000000] not found")]
    [InlineData("2.1", "name=[", 400, "Invalid input for query parameters name. Value: [. '[' is not a 'regex'")]
    [InlineData("2.1", "name=", 400, "'' is not a 'regex'")]
    [InlineData("2.1", "changes-since=x", 400,
        "Invalid input for query parameters changes-since. Value: x. 'x' is not a 'date-time'")]
    [InlineData("2.66", "changes-since=2001&changes-before=2000", 400,
        "The value of changes-since must be less than or equal to changes-before.")]
    [InlineData("2.38", "status=NONSENSE", 400, "Invalid status value")]
    [InlineData("2.1", "status=deleted", 403, "Only administrators may list deleted instances")]
    [InlineData("2.75", "unknown=1", 400, "'unknown' does not match any of the regexes: '^_'")]
    [InlineData("2.73", "locked=perhaps", 400, "Unrecognized value 'perhaps', acceptable values are: '0', '1', 'f'")]
    [InlineData("2.1", "sort_key=nonsense", 400,
        "Invalid input for query parameters sort_key. Value: nonsense. 'nonsense' is not one of [")]
    [InlineData("2.75", "sort_key=vcpus", 400, "'vcpus' is not one of [")]
    [InlineData("2.1", "sort_key=host", 403, "Only administrators can sort servers by host")]
    [InlineData("2.1", "sort_dir=up", 400, "Unknown sort direction")]
    [InlineData("2.1", "all_tenants=1", 403,
        "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed.")]
    public async Task A_wrong_query_is_refused(string version, string query, int status, string message)
    {
        using var answer = await three.Running.Cloud.Demo.GetAsync(
            $"/v2.1/servers?{query}", ("OpenStack-API-Version", $"compute {version}"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(message, (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&sort_key=created_at")]
    [InlineData("&name=.")]
    public async Task Pages_follow_each_other_to_the_end(string query)
    {
        var (seen, marker) = (new List<string>(), "");
        while (await ServersAsync(three.Running.Cloud.Admin, $"all_tenants=1&limit=1{marker}{query}") is [var server])
        {
            seen.Add((string)server!["name"]!);
            marker = $"&marker={server["id"]}";
        }
        Assert.Equal(["foreign", "tagged", "vm"], seen);
        Assert.Equal(["vm"],
            (await ServersAsync(three.Running.Cloud.Demo, $"limit=5&marker={three.Tagged}{query}")).Select(
                server => (string)server!["name"]!));
        using var foreign = await three.Running.Cloud.Demo.GetAsync($"/v2.1/servers?marker={three.Foreign}{query}");
        Assert.Equal(400, (int)foreign.StatusCode);
    }

    [Fact]
    public async Task Each_version_adds_its_keys()
    {
        var path = $"/v2.1/servers/{three.Tagged}";
        var before = await KeysAsync("2.1");
        foreach (var (version, added) in new (string, string[])[]
        {
            ("2.9", ["locked"]), ("2.19", ["description"]), ("2.26", ["tags"]),
            ("2.63", ["trusted_image_certificates"]), ("2.71", ["server_groups"]),
            ("2.73", ["locked_reason"]), ("2.90", ["OS-EXT-SRV-ATTR:hostname"]), ("2.96", ["pinned_availability_zone"]),
        })
        {
            var keys = await KeysAsync(version);
            Assert.Equal(added, keys.Except(before));
            Assert.Empty(before.Except(keys));
            before = keys;
        }
        var shown =
            (await three.Running.Cloud.Demo.GetJsonAsync(path, ("OpenStack-API-Version", "compute 2.96")))["server"]!;
        Assert.Equal("""["red","green"]""", shown["tags"]!.ToJsonString());
        Assert.Equal(("box", "nova", "10.0.0.1"),
            ((string)shown["OS-EXT-SRV-ATTR:hostname"]!, (string)shown["pinned_availability_zone"]!,
                (string)shown["accessIPv4"]!));

        async Task<List<string>> KeysAsync(string version)
            => [.. (await three.Running.Cloud.Demo.GetJsonAsync(
                path, ("OpenStack-API-Version", $"compute {version}")))["server"]!.AsObject().Select(pair => pair.Key)];
    }

    private static async Task<JsonArray> ServersAsync(TestUser user, string query)
        => (await user.GetJsonAsync($"/v2.1/servers?{query}"))["servers"]!.AsArray();

    private static async Task<string> NamesAsync(TestUser user, string version, string query)
    {
        var list = await user.GetJsonAsync($"/v2.1/servers?{query}", ("OpenStack-API-Version", $"compute {version}"));
        return string.Join(' ', list["servers"]!.AsArray().Select(server => (string)server!["name"]!));
    }
}
