namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>
/// Scheduler hints where there is a choice of hosts, at creation and whenever the server is placed anew.
/// </summary>
public sealed class HintsTests : IAsyncLifetime
{
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await HostsCloud.StartAsync(3, Cloud.Unwatched);

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_server_goes_where_the_others_are_or_are_not_also_when_it_moves()
    {
        var (first, second) = (await cloud.CreateServerAsync("a"), await cloud.CreateServerAsync("b"));

        Assert.Equal("b", (await cloud.ServerAsync(await CreateAsync($$"""{"same_host":["{{second}}"]}"""))).Host);
        var apart = await CreateAsync($$"""{"different_host":["{{first}}","{{second}}"]}""");
        Assert.Equal("c", (await cloud.ServerAsync(apart)).Host);

        Assert.Equal("Error", (await cloud.DoAsync(apart, """{"migrate":null}""")).Action.Message);
        await cloud.DeleteAsync(first);
        Assert.Null((await cloud.DoAsync(apart, """{"migrate":null}""")).Action.Message);
        Assert.Equal("a", (await cloud.ServerAsync(apart)).Host);
    }

    private async Task<Guid> CreateAsync(string hints)
    {
        var (status, made) = await cloud.Admin.AskAsync("POST", "/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}"},"os:scheduler_hints":{{{hints}}}}""");
        Assert.Equal(202, status);
        var id = Guid.Parse((string)made!["server"]!["id"]!);
        await cloud.UntilIdleAsync(id);
        return id;
    }
}
