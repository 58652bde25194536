using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Servers.Machines;
using Kiroku.Tests.ConfigDrives;

namespace Kiroku.Tests.Servers;

/// <summary>How a server's creator can log in: from the request to the drive that the guest reads.</summary>
public sealed class GettingInTests
{
    private const string PublicKey =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrt+XjSPmVTpVg1J/hBlsi/0fetgBmf/SZEyo2HKdlW me";
    private static readonly string UserData = Convert.ToBase64String(Encoding.UTF8.GetBytes("#cloud-config\n{}\n"));

    [Fact]
    public async Task The_guest_is_told_key_password_user_data_and_metadata()
    {
        await using var cloud = await Cloud.StartAsync();
        await ImportAsync(cloud, "mine");
        var created = await CreateAsync(cloud,
            $$""" "key_name":"mine","adminPass":"s3cret","user_data":"{{UserData}}","metadata":{"role":"web"} """);

        using var drive = await DriveAsync(cloud, created, generation: 1);
        var told = drive.Json("openstack/latest/meta_data.json");
        Assert.Equal(
            (created.ToString(), "vm", "s3cret", PublicKey, "web", cloud.Demo.ProjectId),
            ((string)told["uuid"]!, (string)told["hostname"]!, (string)told["admin_pass"]!,
                (string)told["public_keys"]!["mine"]!,
                (string)told["meta"]!["role"]!, (string)told["project_id"]!));
        Assert.Equal("#cloud-config\n{}\n", drive.Text("openstack/latest/user_data"));
        Assert.Equal("fa:16:3e:00:00:01",
            (string)drive.Json("openstack/latest/network_data.json")["links"]![0]!["ethernet_mac_address"]!);

        var shown =
            (await cloud.Admin.GetJsonAsync(
                $"/v2.1/servers/{created}", ("X-OpenStack-Nova-API-Version", "2.3")))["server"]!;
        Assert.Equal(("mine", "True", UserData),
            ((string)shown["key_name"]!, (string)shown["config_drive"]!, (string)shown["OS-EXT-SRV-ATTR:user_data"]!));
        // An ended action is never continued, so its password is forgotten.
        Assert.Null((await cloud.NewestActionAsync(created)).Action.Arguments);
    }

    [Fact]
    public async Task A_rebuild_tells_the_guest_anew_and_a_resize_does_not()
    {
        await using var cloud = await Cloud.StartAsync();
        await ImportAsync(cloud, "mine");
        var server = await CreateAsync(cloud, $$""" "key_name":"mine","user_data":"{{UserData}}" """);
        using (var deleted = await cloud.Demo.DeleteAsync("/v2.1/os-keypairs/mine"))
            Assert.Equal(202, (int)deleted.StatusCode);
        await cloud.DoAsync(server, """{"resize":{"flavorRef":"84"}}""");
        await cloud.DoAsync(server, """{"confirmResize":null}""");
        Assert.Equal([Disks.ConfigOf(server, 1), Disks.NameOf(server, 2)], cloud.Host.DisksOf(server));

        var first = await RebuildAsync(cloud, server, "2.1", """ "adminPass":"new" """);
        using (var drive = await DriveAsync(cloud, server, generation: 2))
        {
            Assert.Equal("new", (string)drive.Json("openstack/latest/meta_data.json")["admin_pass"]!);
            Assert.Equal(PublicKey, (string)drive.Json("openstack/latest/meta_data.json")["public_keys"]!["mine"]!);
        }
        var last = await RebuildAsync(cloud, server, "2.57", """ "key_name":null,"user_data":null """);
        using (var drive = await DriveAsync(cloud, server, generation: 3))
        {
            Assert.Equal(
                (string)last["adminPass"]!, (string)drive.Json("openstack/latest/meta_data.json")["admin_pass"]!);
            Assert.Null(drive.Json("openstack/latest/meta_data.json")["keys"]);
            Assert.DoesNotContain("openstack/latest/user_data", drive.Paths);
        }
        Assert.Equal("new", (string)first["adminPass"]!);
        Assert.Null(last["key_name"]);
        await cloud.AssertWholeAsync(server);
        await cloud.DeleteAsync(server);
        Assert.Empty(cloud.Host.DisksOf(server));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(""" "config_drive":false """, "")]
    [InlineData(""" "config_drive":"True" """, "True")]
    public async Task Without_the_setting_a_config_drive_is_only_there_when_it_is_asked_for(string wish, string shown)
    {
        await using var cloud = await Cloud.StartAsync(("Servers:ForceConfigDrive", "false"));
        var server = await CreateAsync(cloud, wish);
        await RebuildAsync(cloud, server, "2.1", "");
        Assert.Equal(
            shown, (string)(await cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}"))["server"]!["config_drive"]!);
        Assert.Equal(shown == "True" ? 2 : null, (await cloud.ServerAsync(server)).ConfigGeneration);
        Assert.Equal(shown == "True", cloud.Host.Machines[server].RunningAs!.ConfigVolume is not null);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task Another_users_key_pair_cannot_be_used()
    {
        await using var cloud = await Cloud.StartAsync();
        using var made = await cloud.Admin.PostAsync("/v2.1/os-keypairs", """{"keypair":{"name":"theirs"}}""");
        using var answer = await cloud.Demo.PostAsync("/v2.1/servers", Body(cloud, """ "key_name":"theirs" """));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal(
            "Invalid key_name provided.", (string)(await TestApp.JsonAsync(answer))["badRequest"]!["message"]!);
        Assert.Empty(await cloud.ServersAsync());
    }

    private static async Task ImportAsync(Cloud cloud, string name)
    {
        using var answer = await cloud.Demo.PostAsync(
            "/v2.1/os-keypairs",
            new JsonObject
            {
                ["keypair"] = new JsonObject { ["name"] = name, ["public_key"] = PublicKey },
            }.ToJsonString());
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static string Body(Cloud cloud, string more)
        => $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}"{{{Comma(more)}}}}}""";

    private static string Comma(string more) => more.Length > 0 ? $",{more}" : "";

    private static async Task<Guid> CreateAsync(Cloud cloud, string more)
    {
        using var answer = await cloud.Demo.PostAsync("/v2.1/servers", Body(cloud, more));
        Assert.Equal(202, (int)answer.StatusCode);
        var id = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(id)).RunningAction is null);
        return id;
    }

    private static async Task<JsonNode> RebuildAsync(Cloud cloud, Guid server, string version, string more)
    {
        using var answer = await cloud.Demo.PostAsync(
            $"/v2.1/servers/{server}/action", $$$"""{"rebuild":{"imageRef":"{{{cloud.Image}}}"{{{Comma(more)}}}}}""",
            ("X-OpenStack-Nova-API-Version", version));
        Assert.Equal(202, (int)answer.StatusCode);
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RunningAction is null);
        return (await TestApp.JsonAsync(answer))["server"]!;
    }

    private static Task<Unpacked> DriveAsync(Cloud cloud, Guid server, int generation)
    {
        var volume = Disks.ConfigOf(server, generation);
        Assert.Equal(volume, cloud.Host.Machines[server].RunningAs!.ConfigVolume);
        return Unpacked.OfAsync(cloud.Host.Volumes[volume].Written!);
    }
}
