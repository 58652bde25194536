using System.Text.Json.Nodes;

namespace Kiroku.Tests.Terraform;

/// <summary>openstack_compute_keypair_v2, with the requests of resource_openstack_compute_keypair_v2.go.</summary>
public sealed class KeypairResourceTests
{
    private const string PublicKey =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGgRl5l0vI3oNCLSIv5nN8pp7xzCRPHOCrr6dB2dgIlk who@there";

    [Fact]
    public async Task An_imported_key_pair_is_made_and_destroyed()
    {
        await using var app = await TestApp.StartAsync();
        var cloud = await Gophercloud.SignInAsync(app, "demo");
        var made = await CreateAsync(cloud, $$$"""{"keypair":{"name":"mine","public_key":"{{{PublicKey}}}"}}""");
        Assert.Equal("mine", (string?)made["name"]);
        var read = (await cloud.ComputeAsync("GET", "os-keypairs/mine"))!["keypair"]!;
        Assert.Equal(("mine", PublicKey), ((string?)read["name"], (string?)read["public_key"]));
        Assert.Equal((string?)made["fingerprint"], (string?)read["fingerprint"]);
        await AssertDeletedAsync(cloud);
    }

    [Fact]
    public async Task A_generated_key_pair_returns_its_private_key_once()
    {
        await using var app = await TestApp.StartAsync();
        var cloud = await Gophercloud.SignInAsync(app, "demo");
        var made = await CreateAsync(cloud, """{"keypair":{"name":"mine"}}""");
        Assert.StartsWith("-----BEGIN", (string)made["private_key"]!, StringComparison.Ordinal);
        var read = (await cloud.ComputeAsync("GET", "os-keypairs/mine"))!["keypair"]!;
        Assert.Equal((string?)made["public_key"], (string?)read["public_key"]);
        Assert.Null(read["private_key"]);
        await AssertDeletedAsync(cloud);
    }

    [Fact]
    public async Task An_administrator_keeps_a_keypair_for_another_user()
    {
        await using var app = await TestApp.StartAsync();
        var user = (await app.SignInAsync()).UserId;
        var cloud = await Gophercloud.SignInAsync(app, "admin");
        await CreateAsync(
            cloud, $$$"""{"keypair":{"name":"mine","public_key":"{{{PublicKey}}}","user_id":"{{{user}}}"}}""", "2.10");
        var read =
            (await cloud.ComputeAsync("GET", $"os-keypairs/mine?user_id={user}", microversion: "2.10"))!["keypair"]!;
        Assert.Equal(user, (string?)read["user_id"]);
        await AssertDeletedAsync(cloud, $"?user_id={user}", "2.10");
    }

    private static async Task<JsonNode> CreateAsync(Gophercloud cloud, string body, string? microversion = null)
        => (await cloud.ComputeAsync("POST", "os-keypairs", body, microversion, [200, 201]))!["keypair"]!;

    private static async Task AssertDeletedAsync(Gophercloud cloud, string query = "", string? microversion = null)
    {
        await cloud.ComputeAsync("DELETE", $"os-keypairs/mine{query}", microversion: microversion);
        await cloud.ComputeAsync("GET", $"os-keypairs/mine{query}", null, microversion, [404]);
    }
}
