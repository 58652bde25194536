using System.Text.Json.Nodes;

namespace Kiroku.Tests.Terraform;

/// <summary>openstack_compute_flavor_v2, with the requests of resource_openstack_compute_flavor_v2.go.</summary>
public sealed class FlavorResourceTests
{
    private const string Plain = """
        {"flavor":{"name":"mine","ram":512,"vcpus":2,"disk":5,"swap":0,"rxtx_factor":1,"os-flavor-access:is_public":false,"OS-FLV-EXT-DATA:ephemeral":0}}
        """;

    private const string Described = """
        {"flavor":{"name":"mine","ram":512,"vcpus":2,"disk":5,"id":"given","swap":0,"rxtx_factor":0.5,"os-flavor-access:is_public":true,"OS-FLV-EXT-DATA:ephemeral":0,"description":"one"}}
        """;

    [Fact]
    public async Task A_plain_flavor_is_made_and_destroyed()
    {
        await using var app = await TestApp.StartAsync();
        var cloud = await Gophercloud.SignInAsync(app, "admin");
        var id = await CreateAsync(cloud, Plain, null);
        var read = await ReadAsync(cloud, id);
        Assert.Equal(
            ("mine", 512, 2, 5), ((string)read["name"]!, (int)read["ram"]!, (int)read["vcpus"]!, (int)read["disk"]!));
        Assert.Equal((0, 1.0, false),
            ((int)read["OS-FLV-EXT-DATA:ephemeral"]!, (double)read["rxtx_factor"]!,
                (bool)read["os-flavor-access:is_public"]!));
        // A number, or an empty string for none: gophercloud accepts both, and null too.
        Assert.True(read["swap"]!.ToJsonString() is "0" or "\"\"");
        Assert.Null((string?)read["description"]);
        await AssertSpecsAsync(cloud, id, """{}""");
        await AssertDeletedAsync(cloud, id);
    }

    [Fact]
    public async Task A_flavor_with_a_description_and_extra_specs_changes_both()
    {
        await using var app = await TestApp.StartAsync();
        var cloud = await Gophercloud.SignInAsync(app, "admin");
        var id = await CreateAsync(cloud, Described, "2.55");
        Assert.Equal("given", id);
        await cloud.ComputeAsync(
            "POST", $"flavors/{id}/os-extra_specs", """{"extra_specs":{"a:b":"1","c:d":"2"}}""", "2.55", [200]);
        var read = await ReadAsync(cloud, id);
        Assert.Equal((0.5, "one", true),
            ((double)read["rxtx_factor"]!, (string)read["description"]!, (bool)read["os-flavor-access:is_public"]!));
        await AssertSpecsAsync(cloud, id, """{"a:b":"1","c:d":"2"}""");

        await cloud.ComputeAsync("PUT", $"flavors/{id}", """{"flavor":{"description":"two"}}""", "2.55", [200]);
        foreach (var old in new[] { "a:b", "c:d" })
            await cloud.ComputeAsync("DELETE", $"flavors/{id}/os-extra_specs/{old}", null, "2.55", [200]);
        await cloud.ComputeAsync(
            "POST", $"flavors/{id}/os-extra_specs", """{"extra_specs":{"e:f":"3"}}""", "2.55", [200]);
        Assert.Equal("two", (string?)(await ReadAsync(cloud, id))["description"]);
        await AssertSpecsAsync(cloud, id, """{"e:f":"3"}""");
        await AssertDeletedAsync(cloud, id);
    }

    private static async Task<string> CreateAsync(Gophercloud cloud, string body, string? microversion)
        => (string)(await cloud.ComputeAsync("POST", "flavors", body, microversion, [200, 201]))!["flavor"]!["id"]!;

    private static async Task<JsonNode> ReadAsync(Gophercloud cloud, string id)
        => (await cloud.ComputeAsync("GET", $"flavors/{id}", microversion: "2.55"))!["flavor"]!;

    private static async Task AssertSpecsAsync(Gophercloud cloud, string id, string specs)
        => Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(specs),
                (await cloud.ComputeAsync(
                    "GET", $"flavors/{id}/os-extra_specs", microversion: "2.55"))!["extra_specs"]));

    private static async Task AssertDeletedAsync(Gophercloud cloud, string id)
    {
        await cloud.ComputeAsync("DELETE", $"flavors/{id}");
        await cloud.ComputeAsync("GET", $"flavors/{id}", null, "2.55", [404]);
        await cloud.ComputeAsync("GET", $"flavors/{id}", null, "2.1", [404]);
    }
}
