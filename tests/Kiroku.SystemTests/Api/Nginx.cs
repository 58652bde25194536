using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Api;

/// <summary>
/// Debian's nginx with the configuration that docs/operating/tls.md shows, in a folder and on a port of its own.
/// </summary>
internal sealed partial class Nginx : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";
    private readonly string folder;
    private Process? process;

    private Nginx(string folder) => this.folder = folder;

    public Uri Address { get; private set; } = null!;

    public static void Require() => RealParts.Require(Program);

    /// <summary>Starts nginx before a service, with the test's certificate.</summary>
    /// <param name="folder">A folder of its own.</param>
    /// <param name="service">The service's address.</param>
    /// <param name="pair">The files of certificate and key.</param>
    /// <param name="change">Changes the site's configuration.</param>
    public static async Task<Nginx> StartAsync(
        string folder, Uri service, (string Certificate, string Key) pair, Func<string, string>? change = null)
    {
        var nginx = new Nginx(folder);
        nginx.Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{FreePort()}"));
        var site = Documented()
            .Replace("listen 443 ssl;",
                string.Create(CultureInfo.InvariantCulture, $"listen 127.0.0.1:{nginx.Address.Port} ssl;"),
                StringComparison.Ordinal)
            .Replace("/etc/ssl/cloud.pem", pair.Certificate, StringComparison.Ordinal)
            .Replace("/etc/ssl/cloud.key", pair.Key, StringComparison.Ordinal)
            .Replace("http://127.0.0.1:8774", service.ToString().TrimEnd('/'), StringComparison.Ordinal);
        var settings = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(settings, $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/nginx.log;
            events {}
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              {{change?.Invoke(site) ?? site}}
            }
            """);
        nginx.process = Process.Start(
            new ProcessStartInfo(Program, ["-p", folder, "-e", Path.Combine(folder, "nginx.log"), "-c", settings]))!;
        try
        {
            await nginx.UntilItAnswersAsync();
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is null)
            return;
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>The configuration that the page shows to operators is the one that is tested.</summary>
    private static string Documented()
        => Site().Match(File.ReadAllText(Path.Combine(Repository.Folder, "docs", "operating", "tls.md")))
            .Groups[1].Value;

    private async Task UntilItAnswersAsync() => await Poll.UntilAsync("nginx to listen", async () =>
    {
        if (process!.HasExited)
            Assert.Fail(await File.ReadAllTextAsync(Path.Combine(folder, "nginx.log")));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"```nginx\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Site();
}
