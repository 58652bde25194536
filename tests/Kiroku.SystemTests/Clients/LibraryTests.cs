using System.Diagnostics;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Clients;

/// <summary>OpenStack's Python libraries, as Debian has them, with the clouds.yaml that the service wrote; each script checks what it sees.</summary>
public sealed class LibraryTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private const string Modules = "/usr/lib/python3/dist-packages";

    [Fact]
    public async Task Openstacksdk_leads_a_server_through_its_life()
        => Assert.EndsWith("delete\n", await RunAsync("openstack", "sdk_server.py", GuestImage.File), StringComparison.Ordinal);

    [Fact]
    public async Task Openstacksdk_makes_projects_users_and_roles()
        => Assert.EndsWith("delete\n", await RunAsync("openstack", "sdk_identity.py"), StringComparison.Ordinal);

    [Theory]
    [InlineData("2.1")]
    [InlineData("2.53")]
    [InlineData("2.92")]
    public async Task Novaclient_leads_a_server_through_its_life(string version)
        => Assert.EndsWith("delete\n", await RunAsync("novaclient", "nova_server.py", version), StringComparison.Ordinal);

    private async Task<string> RunAsync(string module, params string[] arguments)
    {
        RealParts.Require("/usr/bin/python3", Path.Combine(Modules, module, "__init__.py"));
        var start = new ProcessStartInfo("/usr/bin/python3", ["-B", .. arguments])
        {
            WorkingDirectory = Path.Combine(AppContext.BaseDirectory, "Clients"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OS_CLIENT_CONFIG_FILE"] = Path.Combine(Service.Data, "clouds.yaml");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(4));
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)} came as far as:\n{await output}\n{await errors}");
        return await output;
    }
}
