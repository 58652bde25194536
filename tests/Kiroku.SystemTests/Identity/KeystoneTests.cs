using System.Net;
using Kiroku.SystemTests.CommandLine;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Identity;

/// <summary>
/// The service with Debian's Keystone instead of its own identity, and OpenStack's own client; on libvirt's mock.
/// </summary>
public sealed class KeystoneTests : IAsyncLifetime
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("kk-");
    private RealKeystone? keystone;
    private KirokuProcess? service;

    public ValueTask InitializeAsync()
    {
        StockClient.Require();
        RealKeystone.Require();
        keystone = new RealKeystone();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (service is not null)
            await service.DisposeAsync();
        if (keystone is not null)
            await keystone.DisposeAsync();
        data.Delete(recursive: true);
    }

    [LongFact("it takes the package python3-keystone")]
    public async Task Users_of_a_real_Keystone_use_the_service_as_long_as_it_says()
    {
        var address = await StartServiceAsync();
        using var http = new HttpClient { BaseAddress = address };
        using (var down = await AskAsync(http, "any"))
            Assert.Equal(
                (HttpStatusCode.ServiceUnavailable, "5"), (down.StatusCode, down.Headers.RetryAfter!.ToString()));

        await keystone!.StartAsync(address);
        var admin = keystone.Client("admin", RealKeystone.AdminPassword, "admin");
        foreach (var command in (string[])[
            "project create service", "user create --password asks kiroku",
            "role add --project service --user kiroku admin",
            "project create anns", "user create --password secret ann", "role add --project anns --user ann member"])
            await admin.RunAsync(command);

        var ann = keystone.Client("ann", "secret", "anns");
        Assert.Empty((await ann.JsonAsync("server list")).AsArray());
        Assert.NotEmpty((await ann.JsonAsync("flavor list")).AsArray());
        var image = await ann.JsonAsync("image create --disk-format raw anns");
        Assert.Equal((string)(await ann.JsonAsync("token issue"))["project_id"]!, (string)image["owner"]!);
        Assert.Contains("HTTP 403", await ann.FailAsync("server list --all-projects"), StringComparison.Ordinal);
        Assert.Empty((await admin.JsonAsync("server list --all-projects")).AsArray());

        var token = (string)(await ann.JsonAsync("token issue"))["id"]!;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, token));
        await admin.RunAsync($"token revoke {token}");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, token));
        using (var refused = await AskAsync(http, "nonsense"))
            Assert.Equal($"Keystone uri=\"{keystone.Address.GetLeftPart(UriPartial.Authority)}\"",
                refused.Headers.WwwAuthenticate.ToString());

        token = (string)(await ann.JsonAsync("token issue"))["id"]!;
        await admin.RunAsync("role remove --project anns --user ann member");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, token));

        token = (string)(await admin.JsonAsync("token issue"))["id"]!;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, token));
        await keystone.StopAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(http, token));
    }

    private async Task<Uri> StartServiceAsync()
    {
        service = new KirokuProcess(
            ["serve", "--data", data.FullName, "--listen", "http://127.0.0.1:0", "--hypervisor", "test:///default",
                "--keystone", keystone!.Address.ToString()],
            ("KIROKU_Keystone__UserName", "kiroku"), ("KIROKU_Keystone__Password", "asks"),
            ("KIROKU_Keystone__CacheTime", "00:00:00"));
        return new Uri((await service.ReadLineUntilAsync("listening on "))["listening on ".Length..]);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string token)
    {
        using var answer = await AskAsync(http, token);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2.1/servers");
        request.Headers.Add("X-Auth-Token", token);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
