using System.Diagnostics;

namespace Kiroku.Bench;

/// <summary>A service as built, run as a process of its own on libvirt's mock, with someone signed in.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private Service(Process process, string folder, Uri address)
    {
        this.process = process;
        this.folder = folder;
        Http = new HttpClient { BaseAddress = address };
    }

    public HttpClient Http { get; }

    /// <summary>From the start of the process to its first answer, in milliseconds.</summary>
    public double FirstAnswer { get; private init; }

    /// <summary>Resident memory in MiB.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1024 / 1024;
        }
    }

    public static async Task<Service> StartAsync(string product, string image)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-bench-").FullName;
        var start = new ProcessStartInfo("dotnet", [product, "serve", "--data", folder, "--listen", "http://127.0.0.1:0", "--hypervisor", "test:///default"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KIROKU_GUEST_IMAGE"] = image, ["KIROKU_Logging__LogLevel__Default"] = "Warning", ["KIROKU_Scheduling__DiskAllocationRatio"] = "1000", ["KIROKU_Quotas__Instances"] = "-1", ["KIROKU_Quotas__Cores"] = "-1", ["KIROKU_Quotas__Ram"] = "-1" },
        };
        var clock = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginErrorReadLine();
        string? line;
        while ((line = await process.StandardOutput.ReadLineAsync()) is not null && !line.StartsWith("listening on ", StringComparison.Ordinal))
        {
        }
        if (line is null)
            throw new InvalidOperationException("The service did not start.");
        var address = new Uri(line["listening on ".Length..]);
        using (var first = new HttpClient { BaseAddress = address })
            await first.GetStringAsync("/");
        var service = new Service(process, folder, address) { FirstAnswer = clock.Elapsed.TotalMilliseconds };
        await service.SignInAsync();
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task SignInAsync()
    {
        var password = File.ReadLines(Path.Combine(folder, "clouds.yaml")).First(line => line.Contains("password:", StringComparison.Ordinal)).Split(':')[1].Trim();
        var project = new { name = "demo", domain = new { id = "default" } };
        var user = new { name = "demo", domain = new { id = "default" }, password };
        var auth = new { auth = new { identity = new { methods = (string[])["password"], password = new { user } }, scope = new { project } } };
        using var answer = await Http.PostAsJsonAsync("/identity/v3/auth/tokens", auth);
        answer.EnsureSuccessStatusCode();
        Http.DefaultRequestHeaders.Add("X-Auth-Token", answer.Headers.GetValues("X-Subject-Token").Single());
        Http.DefaultRequestHeaders.Add("OpenStack-API-Version", "compute 2.58");
    }
}
