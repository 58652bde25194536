using System.Text.Json.Nodes;
using Kiroku.SystemTests.CommandLine;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Images;

/// <summary>OpenStack's own client creates images and flavors, and servers from them, on libvirt's mock.</summary>
public sealed class StockImagesTests : IAsyncLifetime
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("ki-");
    private KirokuProcess? service;
    private StockClient demo = null!;
    private StockClient admin = null!;

    public async ValueTask InitializeAsync()
    {
        StockClient.Require();
        RealParts.Require("/usr/bin/qemu-img");
        service = new KirokuProcess(
            ["serve", "--data", data.FullName, "--listen", "http://127.0.0.1:0", "--hypervisor", "test:///default"]);
        await service.ReadLineUntilAsync("listening on ");
        (demo, admin) = (StockClient.Of(data.FullName, "kiroku"), StockClient.Of(data.FullName, "kiroku-admin"));
        await Commands.RunAsync("/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", File("disk"), "64M");
    }

    public async ValueTask DisposeAsync()
    {
        if (service is not null)
            await service.DisposeAsync();
        data.Delete(recursive: true);
    }

    [Fact]
    public async Task An_image_lives_from_create_to_delete()
    {
        await demo.RunAsync($"image create --file {File("disk")} --disk-format qcow2 --property os_distro=debian --tag "
            + "first --min-disk 1 pic");
        await demo.RunAsync("image set --name picture --property hw=virtio --tag second --min-ram 64 --protected pic");
        await demo.RunAsync("image unset --property os_distro --tag first picture");
        var image = await demo.JsonAsync("image show picture");
        Assert.Equal(("active", 64, 1, 64 << 20),
            ((string)image["status"]!, (int)image["min_ram"]!, (int)image["min_disk"]!, (int)image["virtual_size"]!));
        Assert.Equal(["second"], image["tags"]!.AsArray().Select(tag => (string)tag!));
        Assert.Equal(("virtio", null), ((string)image["properties"]!["hw"]!, image["properties"]!["os_distro"]));
        Assert.Contains("403", await demo.FailAsync("image delete picture"), StringComparison.Ordinal);
        await demo.RunAsync("image set --unprotected picture");
        await demo.RunAsync($"image save --file {File("saved")} picture");
        Assert.Equal(System.IO.File.ReadAllBytes(File("disk")), System.IO.File.ReadAllBytes(File("saved")));

        var project = (string)(await admin.JsonAsync("project show admin"))["id"]!;
        await demo.RunAsync($"image add project picture {project}");
        await admin.RunAsync("image set --accept picture");
        Assert.Equal(
            "accepted", (string)(await demo.JsonAsync("image member list picture")).AsArray().Single()!["Status"]!);
        await demo.RunAsync($"image remove project picture {project}");
        await demo.RunAsync("image delete picture");
        Assert.DoesNotContain("picture", await NamesAsync());
    }

    [Fact]
    public async Task An_image_that_stands_on_a_file_of_the_host_is_refused_and_gone()
    {
        await Commands.RunAsync(
            "/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", "-b", File("disk"), "-F", "qcow2", File("evil"));
        Assert.Contains("Image failed safety checks",
            await demo.FailAsync($"image create --file {File("evil")} --disk-format qcow2 evil"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("evil", await NamesAsync());
    }

    private async Task<IEnumerable<string>> NamesAsync()
        => (await demo.JsonAsync("image list")).AsArray().Select(image => (string)image!["Name"]!);

    [LongFact("it starts the client often; FlavorManageTests has the API")]
    public async Task A_flavor_for_one_project_lives_from_create_to_delete_and_its_server_longer()
    {
        const string Newest = "--os-compute-api-version 2.92";
        await admin.RunAsync($"{Newest} flavor create --ram 256 --disk 2 --vcpus 1 --private --project demo --property "
            + "a:b=c --description hello mine");
        await admin.RunAsync($"{Newest} flavor set --property x=y --description other mine");
        await admin.RunAsync($"{Newest} flavor unset --property a:b mine");
        var flavor = await admin.JsonAsync($"{Newest} flavor show mine");
        Assert.Equal(("other", "y", null),
            ((string)flavor["description"]!, (string)flavor["properties"]!["x"]!, flavor["properties"]!["a:b"]));
        Assert.Contains("mine", Names(await demo.JsonAsync("flavor list")));
        await demo.RunAsync($"image create --file {File("disk")} --disk-format qcow2 pic");
        var server = await demo.JsonAsync("server create --image pic --flavor mine --wait vm");
        Assert.Equal("ACTIVE", (string)server["status"]!);
        await admin.RunAsync($"{Newest} flavor unset --project demo mine");
        Assert.DoesNotContain("mine", Names(await demo.JsonAsync("flavor list")));
        await admin.RunAsync("flavor delete mine");
        await demo.RunAsync("image delete pic");
        Assert.Equal("mine", (string)(await demo.JsonAsync($"{Newest} server show vm"))["flavor"]!["original_name"]!);
        await demo.RunAsync("server delete --wait vm");
    }

    private string File(string name) => Path.Combine(data.FullName, $"{name}.qcow2");

    private static IEnumerable<string> Names(JsonNode list) => list.AsArray().Select(row => (string)row!["Name"]!);
}
