using System.Text.Json;
using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Terraform;

/// <summary>openstack_compute_instance_v2, with the requests and waits of
/// resource_openstack_compute_instance_v2.go.</summary>
internal sealed class Instance
{
    private readonly Cloud cloud;
    private readonly Gophercloud client;

    private Instance(Cloud cloud, Gophercloud client, string id) => (this.cloud, this.client, Id) = (cloud, client, id);

    public string Id { get; }

    /// <summary>
    /// Creates a server and waits until it is active. A flag, an image, a flavor, a name and user data are always
    /// sent.
    /// </summary>
    public static async Task<Instance> CreateAsync(
        Cloud cloud, Gophercloud client, string more = "", string? microversion = null)
    {
        // As QEMU's own network is reported.
        cloud.Host.Addresses = [new("user", null, "fa:16:3e:00:00:01")];
        var (flag, data) = (more.Contains("config_drive", StringComparison.Ordinal) ? "" : ",\"config_drive\":false",
            more.Contains("user_data", StringComparison.Ordinal) ? "" : ",\"user_data\":\"\"");
        var body =
            $$$"""{"server":{"name":"vm","imageRef":"{{{cloud.Image}}}","flavorRef":"{{{Cloud.Small}}}"{{{flag}}}{{{data}}}{{{more}}}}}""";
        var made = await client.ComputeAsync("POST", "servers", body, microversion, [200, 202]);
        var instance = new Instance(cloud, client, (string)made!["server"]!["id"]!);
        await instance.WaitAsync(["BUILD"], ["ACTIVE"], microversion);
        return instance;
    }

    /// <summary>Reads as the provider does: at each plan it reads everything that its state holds.</summary>
    public async Task<ServerStruct> ReadAsync()
    {
        var server = await GetAsync();
        Assert.Equal(server.Addresses.Keys, (await GetAsync()).Addresses.Keys);
        // At the next plan, the provider would look up a network with an address in a network service.
        Assert.True(
            server.Addresses.Values.All(addresses => addresses.AsArray().Count == 0) || client.Knows("network"));
        await client.ComputeAsync("GET", $"flavors/{(string)server.Flavor["id"]!}");
        await client.ImageAsync("GET", $"images/{(string)server.Image["id"]!}");
        string[] known = ["active", "shutoff", "error", "migrating", "shelved_offloaded", "shelved", "build", "paused"];
        Assert.Contains(server.Status.ToLowerInvariant(), known);
        return server;
    }

    public async Task<string[]> TagsAsync()
        => Gophercloud.Read<string[]>(
            await client.ComputeAsync("GET", $"servers/{Id}/tags", null, "2.26", [200]), "tags");

    public Task<JsonNode?> SendAsync(
        string method, string under, string? body = null, string? microversion = null, int[]? takes = null)
        => client.ComputeAsync(method, $"servers/{Id}{under}", body, microversion, takes);

    /// <summary>Asks for an action and waits for a state. Without pending states, any other state is waited
    /// out.</summary>
    public async Task ActAsync(string action, string[] pending, params string[] target)
    {
        await SendAsync("POST", "/action", action);
        await WaitAsync(pending, target);
    }

    public async Task ResizeAsync(string flavor)
    {
        await ActAsync($$$"""{"resize":{"flavorRef":"{{{flavor}}}"}}""", ["RESIZE"], "VERIFY_RESIZE");
        await SendAsync("POST", "/action", """{"confirmResize":null}""", takes: [201, 202, 204]);
        await WaitAsync(["VERIFY_RESIZE"], ["ACTIVE", "SHUTOFF"]);
    }

    public async Task DestroyAsync(bool stopFirst = false, bool force = false)
    {
        if (stopFirst)
            await ActAsync("""{"os-stop":null}""", ["ACTIVE"], "SHUTOFF");
        if (force)
            await SendAsync("POST", "/action", """{"forceDelete":""}""");
        else
            await SendAsync("DELETE", "");
        await WaitAsync(["ACTIVE", "SHUTOFF"], ["DELETED", "SOFT_DELETED"]);
    }

    /// <summary>
    /// Waits as retry.StateChangeConf does: a state that is neither pending nor the target is an error.
    /// </summary>
    private Task WaitAsync(string[] pending, string[] target, string? microversion = null)
        => cloud.UntilAsync(async () =>
    {
        var answer = await SendAsync("GET", "", null, microversion, [200, 203, 404]);
        var status = answer?["server"] is { } server ? server.Deserialize<ServerStruct>()!.Status : "DELETED";
        Assert.True(pending.Length == 0 || pending.Contains(status) || target.Contains(status),
            $"unexpected state '{status}', wanted target '{string.Join(", ", target)}'");
        return target.Contains(status);
    });

    private async Task<ServerStruct> GetAsync()
        => Gophercloud.Read<ServerStruct>(await SendAsync("GET", "", takes: [200, 203]), "server");
}
