using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Telemetry;

/// <summary>Debian's Prometheus with the alert rules of docs/grafana, in a folder and on a port of its own.</summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus";
    private const string Tool = "/usr/bin/promtool";
    private readonly Process process;
    private readonly HttpClient http;

    private Prometheus(Process process, Uri address)
    {
        this.process = process;
        http = new HttpClient { BaseAddress = address };
    }

    public static string Rules => Path.Combine(Repository.Folder, "docs", "grafana", "alerts.yml");

    public static void Require() => RealParts.Require(Program, Tool);

    public static Task<string> ToolAsync(params string[] arguments) => Commands.RunAsync(Tool, arguments);

    /// <summary>Starts it on a service, which it reads every second with the token in a file.</summary>
    public static async Task<Prometheus> StartAsync(string folder, Uri service, string tokenFile)
    {
        var settings = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(settings, $"""
            global:
              scrape_interval: 1s
              evaluation_interval: 1s
            rule_files: [{Rules}]
            scrape_configs:
              - job_name: kiroku
                authorization:
                  credentials_file: {tokenFile}
                static_configs:
                  - targets: ['{service.Host}:{service.Port}']
            """);
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));
        var start = new ProcessStartInfo(
            Program,
            [
                $"--config.file={settings}", $"--storage.tsdb.path={Path.Combine(folder, "tsdb")}",
                $"--web.listen-address={address.Authority}", "--log.level=warn",
            ]);
        var prometheus = new Prometheus(Process.Start(start)!, address);
        await Poll.UntilAsync("Prometheus", prometheus.IsReadyAsync);
        return prometheus;
    }

    /// <summary>The series that answer a query.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string query)
    {
        using var content = new FormUrlEncodedContent([new("query", query)]);
        using var answer = await http.PostAsync("/api/v1/query", content, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{query}: {text}");
        return [.. JsonElement.Parse(text).GetProperty("data").GetProperty("result").EnumerateArray()];
    }

    /// <summary>The alert rules, each with how it did when it was evaluated last.</summary>
    public async Task<IReadOnlyList<JsonElement>> RulesAsync()
    {
        var text = await http.GetStringAsync(
            new Uri("/api/v1/rules", UriKind.Relative), TestContext.Current.CancellationToken);
        return [.. JsonElement.Parse(text).GetProperty("data").GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray())];
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(process.HasExited, "Prometheus ended.");
        try
        {
            using var answer = await http.GetAsync(
                new Uri("/-/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
