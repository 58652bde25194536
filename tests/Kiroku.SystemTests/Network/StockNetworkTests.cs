using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Network;

/// <summary>What OpenStack's own client finds at the network service, and makes of it.</summary>
public sealed class StockNetworkTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private const string Cards =
        "#!/bin/sh\nfor card in /sys/class/net/*; do echo KIROKU CARD ${card##*/}.; done\necho KIROKU CARDS\n";

    private StockClient Demo => StockClient.Of(Service.Data, "kiroku");

    private StockClient Admin => StockClient.Of(Service.Data, "kiroku-admin");

    [Theory]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task A_server_is_made_in_the_network_by_name_and_has_its_port_and_group(string clients)
    {
        var demo = Demo.In(clients);
        var network = Assert.Single((await demo.JsonAsync("network list")).AsArray())!;
        Assert.Equal("isolated", (string)network["Name"]!);
        var subnet = Assert.Single((await demo.JsonAsync("subnet list --network isolated")).AsArray())!;
        Assert.Equal("10.0.2.0/24", (string)subnet["Subnet"]!);
        var made = await demo.JsonAsync("server create --network isolated --security-group default "
            + "--image kiroku-guest --flavor m1.nano --wait netted");
        Assert.Equal("ACTIVE", (string)made["status"]!);
        var id = Guid.Parse((string)made["id"]!);
        var port = Assert.Single((await demo.JsonAsync("port list --server netted")).AsArray())!;
        Assert.Equal((NetworkCard.MacOf(id), "ACTIVE"), ((string)port["MAC Address"]!, (string)port["Status"]!));
        Assert.Equal(id.ToString(), (string)(await demo.JsonAsync($"port show {(string)port["ID"]!}"))["device_id"]!);
        Assert.Contains((await Admin.In(clients).JsonAsync("port list")).AsArray(),
            other => (string)other!["ID"]! == (string)port["ID"]!);
        await demo.RunAsync("server delete --wait netted");
        Assert.Empty((await demo.JsonAsync("port list")).AsArray());
    }

    [LongTheory("it starts the client ten times; the API has tests in process")]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task A_server_without_a_network_has_no_card(string clients)
    {
        var demo = Demo.In(clients);
        var data = Path.Combine(Service.Data, "cards");
        await File.WriteAllTextAsync(data, Cards);
        var made = await demo.JsonAsync("--os-compute-api-version 2.37 server create --nic none --user-data "
            + $"{data} --config-drive true --image kiroku-guest --flavor m1.nano --wait bare");
        Assert.Equal("{}", made["addresses"]!.ToJsonString());
        Assert.Empty((await demo.JsonAsync("port list --server bare")).AsArray());
        var console = "";
        await Poll.UntilAsync("the guest to name its cards", async () =>
        {
            console = await demo.RunAsync("console log show bare");
            // The guest tells of its user data before it runs it.
            return console.Contains("\nKIROKU CARDS", StringComparison.Ordinal);
        });
        Assert.Contains("KIROKU CARD lo.", console, StringComparison.Ordinal);
        Assert.DoesNotContain("KIROKU CARD eth", console, StringComparison.Ordinal);
        await demo.RunAsync("server delete --wait bare");
    }

    [LongTheory("it starts the client often; the API has tests in process")]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task What_there_is_beside_is_listed(string clients)
    {
        var (demo, admin) = (Demo.In(clients), Admin.In(clients));
        var group = Assert.Single((await demo.JsonAsync("security group list")).AsArray())!;
        Assert.Equal("default", (string)group["Name"]!);
        Assert.Equal(2, (await demo.JsonAsync("security group rule list default")).AsArray().Count);
        Assert.Empty((await demo.JsonAsync("network agent list")).AsArray());
        Assert.Empty((await demo.JsonAsync("availability zone list --network")).AsArray());
        Assert.Contains((await demo.JsonAsync("extension list --network")).AsArray(),
            extension => (string)extension!["Alias"]! == "security-group");
        var network = (string)(await demo.JsonAsync("network show isolated"))["id"]!;
        Assert.Equal(network, (string)(await demo.JsonAsync("network auto allocated topology create"))["id"]!);
        await admin.RunAsync("quota set --cores 7 demo");
        Assert.Contains("\"networks\"", await demo.RunAsync(
            clients == ClientRoot.Machine ? "quota show -f json" : "quota show --network -f json"),
            StringComparison.Ordinal);
        await admin.RunAsync("quota set --cores -1 demo");
    }

    [LongTheory("it starts the client often; the API has tests in process")]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task What_cannot_be_made_is_refused_with_a_sentence(string clients)
    {
        var (demo, admin) = (Demo.In(clients), Admin.In(clients));
        foreach (var (client, command, expected) in new[]
        {
            (demo, "network create mine", "networks of this cloud"),
            (demo, "security group create web", "security groups and their rules cannot be made"),
            (demo, "security group rule create --ingress default", "security groups and their rules cannot be made"),
            (demo, "port create --network isolated mine", "cannot be made, changed or deleted by itself"),
            (demo, "router list", "The resource could not be found."),
            (admin, "quota set --ports 5 demo", "cannot be set"),
            (demo, "server create --network nowhere --image kiroku-guest --flavor m1.nano no", "nowhere"),
            (demo, "server create --security-group web --image kiroku-guest --flavor m1.nano no", "web"),
        })
            Assert.Contains(expected, await client.FailAsync(command), StringComparison.Ordinal);
        // Newer clients take a network service without floating addresses for one that has none.
        if (clients == ClientRoot.Machine)
            Assert.Contains("The resource could not be found.", await demo.FailAsync("floating ip list"),
                StringComparison.Ordinal);
        else
            Assert.Empty((await demo.JsonAsync("floating ip list")).AsArray());
    }
}
