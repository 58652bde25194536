using System.Diagnostics;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Clients;

/// <summary>
/// OpenStack's Python libraries from Debian, with the clouds.yaml that the service wrote. Each script checks its
/// results itself.
/// </summary>
public sealed class LibraryTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private const string Modules = "/usr/lib/python3/dist-packages";

    /// <summary>The client root and the microversion. Debian 12's novaclient supports none beyond 2.92.</summary>
    public static TheoryData<string, string> Novaclients
        => [.. ClientRoot.All.SelectMany(
            clients => ((string[])["2.1", "2.53", "2.92", "2.96"]).Select(version => Row(clients, version)))
            .Where(row => row.Data != (ClientRoot.Machine, "2.96"))];

    [Theory]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task Openstacksdk_leads_a_server_through_its_life(string clients)
        => Assert.EndsWith("delete\n", await RunAsync(clients, "openstack", "sdk_server.py", GuestImage.File),
            StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task Openstacksdk_makes_projects_users_and_roles(string clients)
        => Assert.EndsWith(
            "delete\n", await RunAsync(clients, "openstack", "sdk_identity.py"), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Novaclients))]
    public async Task Novaclient_leads_a_server_through_its_life(string clients, string version)
        => Assert.EndsWith(
            "delete\n", await RunAsync(clients, "novaclient", "nova_server.py", version), StringComparison.Ordinal);

    private static TheoryDataRow<string, string> Row(TheoryDataRow<string> clients, string version)
        => new(clients.Data, version)
        {
            Skip = clients.Skip
                ?? FullTier.Skip("the stock client asks through it at 2.1, and openstacksdk at the newest"),
        };

    private async Task<string> RunAsync(string clients, string module, params string[] arguments)
    {
        var start = ClientRoot.Require(clients, "/usr/bin/python3", Path.Combine(Modules, module, "__init__.py"))
            .Start("/usr/bin/python3", ["-B", .. arguments]);
        start.WorkingDirectory = Path.Combine(AppContext.BaseDirectory, "Clients");
        start.Environment["OS_CLIENT_CONFIG_FILE"] = Path.Combine(Service.Data, "clouds.yaml");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(15));
        Assert.True(
            process.ExitCode == 0, $"{string.Join(' ', arguments)} came as far as:\n{await output}\n{await errors}");
        return await output;
    }
}
