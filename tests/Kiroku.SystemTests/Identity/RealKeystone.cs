using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Identity;

/// <summary>Debian's Keystone in its own folder and process, with a SQLite store and a catalog from a file.</summary>
internal sealed class RealKeystone : IAsyncDisposable
{
    public const string AdminPassword = "bootstrapped";
    private const string Manage = "/usr/bin/keystone-manage";
    private const string Serve = "/usr/bin/keystone-wsgi-public";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ks-");
    private readonly int port = FreePort();
    private Process? process;

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/v3"));

    private string Settings => Path.Combine(folder.FullName, "keystone.conf");

    public static void Require() => RealParts.Require(Manage, Serve);

    public StockClient Client(string user, string password, string project)
        => StockClient.Of(Address, user, password, project);

    /// <summary>Creates its store and starts it, with a catalog that names the compute service.</summary>
    public async Task StartAsync(Uri compute)
    {
        await File.WriteAllTextAsync(Settings, $"""
            [database]
            connection = sqlite:///{folder.FullName}/keystone.db
            [catalog]
            driver = templated
            template_file = {folder.FullName}/catalog
            [fernet_tokens]
            key_repository = {folder.FullName}/fernet
            [fernet_receipts]
            key_repository = {folder.FullName}/fernet
            """);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "catalog"), string.Concat(
            Endpoints("identity", "keystone", Address.ToString()), Endpoints("compute", "nova", $"{compute}v2.1"),
            Endpoints("image", "glance", $"{compute}image"), Endpoints("network", "neutron", $"{compute}network")));
        var group = (await Commands.RunAsync("id", "-gn")).Trim();
        folder.CreateSubdirectory("fernet");
        await ManageAsync("db_sync");
        await ManageAsync("fernet_setup", "--keystone-user", Environment.UserName, "--keystone-group", group);
        await ManageAsync("bootstrap", "--bootstrap-password", AdminPassword);
        process = Process.Start(
            Start(Serve, "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture)))!;
        using var http = new HttpClient();
        await Poll.UntilAsync("Keystone to answer", async () =>
        {
            try
            {
                return (await http.GetAsync(Address)).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    public async Task StopAsync()
    {
        if (process is null)
            return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Delete(recursive: true);
    }

    private static string Endpoints(string type, string name, string url) => string.Concat(
        ((string[])["public", "internal", "admin"]).Select(face => $"catalog.RegionOne.{type}.{face}URL = {url}\n")
            .Append($"catalog.RegionOne.{type}.name = {name}\n"));

    private async Task ManageAsync(params string[] arguments)
    {
        using var step = Process.Start(Start(Manage, ["--config-file", Settings, .. arguments]))!;
        await step.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(
            step.ExitCode == 0, $"keystone-manage {arguments[0]}: {step.ExitCode}. {await File.ReadAllTextAsync(Log)}");
    }

    private string Log => Path.Combine(folder.FullName, "keystone.log");

    /// <summary>Its output goes to a file, because an unread pipe fills up.</summary>
    private ProcessStartInfo Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", Log, program, .. arguments]);
        start.Environment["OS_KEYSTONE_CONFIG_FILES"] = Settings;
        return start;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
