using Kiroku.Nodes;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;
using Host = Kiroku.Nodes.Host;

namespace Kiroku.Tests.Hosts;

public sealed class HostRemovalTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Hosting =
        "Unable to delete compute service that is hosting instances. Migrate or delete the instances first.";
    private const string Moving = "Unable to delete compute service that has in-progress migrations. Complete the "
        + "migrations or delete the instances first.";

    private Cloud Cloud => running.Cloud;

    [Theory]
    [InlineData("2.52")]
    [InlineData("2.53")]
    public async Task A_removed_host_is_forgotten_with_its_settings(string version)
    {
        var (name, id) = await AddAsync(version);
        using var disabled = await Cloud.Admin.PutJsonAsync(
            "/v2.1/os-services/disable", $$"""{"host":"{{name}}","binary":"nova-compute"}""");
        Assert.Equal((204, null), await DeleteAsync(id, version));
        Assert.Null(
            await Cloud.App.Services.GetRequiredService<HostWatch>().FindAsync(
                name, TestContext.Current.CancellationToken));
        Assert.False(
            (await Cloud.App.Services.GetRequiredService<ServiceStore>().GetAsync(
                name, TestContext.Current.CancellationToken)).Disabled);
        Assert.Equal((404, $"Service {id} not found."), await DeleteAsync(id, version));
    }

    [Theory]
    [InlineData("host", Hosting)]
    [InlineData("disk_host", Hosting)]
    [InlineData("other_host", Moving)]
    [InlineData("former_host", Moving)]
    public async Task A_host_that_servers_need_stays(string column, string message)
    {
        var (name, id) = await AddAsync("2.53");
        var server = await Cloud.CreateServerAsync();
        await running.SetAsync(server, $"{column} = @name", new { name });
        Assert.Equal((409, message), await DeleteAsync(id, "2.53"));
        await running.SetAsync(server, $"{column} = host", new { name });
    }

    [Fact]
    public async Task A_host_that_is_up_stays()
    {
        var (name, id) = await AddAsync("2.53", up: true);
        Assert.Equal((409, $"Unable to delete compute service of the host {name}, which is up. End it first."),
            await DeleteAsync(id, "2.53"));
    }

    [Theory]
    [InlineData("2.52", "seven", 400, "Invalid input received: id must be an integer")]
    [InlineData("2.52", "777", 404, "Service 777 not found.")]
    [InlineData("2.53", "7", 400, "Invalid uuid 7")]
    [InlineData(
        "2.53", "8f7a1e9f-34ab-4d3e-8f0c-86dc27f0d5a5", 404, "Service 8f7a1e9f-34ab-4d3e-8f0c-86dc27f0d5a5 not found.")]
    public async Task An_unknown_service_is_refused_as_by_nova(string version, string id, int status, string message)
        => Assert.Equal((status, message), await DeleteAsync(id, version));

    private async Task<(string Name, string Id)> AddAsync(string version, bool up = false)
    {
        var name = $"host-{Guid.NewGuid():N}";
        var number = await OtherNodes.AddAsync(Cloud, OtherNodes.Of(name), up);
        return (name, version == "2.53" ? Host.IdOf($"nova-compute {name}").ToString() : $"{number}");
    }

    private async Task<(int Status, string? Message)> DeleteAsync(string id, string version)
    {
        using var answer = await Cloud.Admin.DeleteAsync(
            $"/v2.1/os-services/{id}", ("OpenStack-API-Version", $"compute {version}"));
        return ((int)answer.StatusCode, answer.StatusCode == System.Net.HttpStatusCode.NoContent
            ? null : (string?)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]);
    }
}
