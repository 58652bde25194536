using System.Diagnostics;

namespace Kiroku.Bench;

/// <summary>The built service as a child process, with a user signed in.</summary>
internal sealed class Service : IAsyncDisposable
{
    /// <summary>Without quotas and rate limits, so that the measured requests are not refused.</summary>
    private static readonly (string Key, string Value)[] Unlimited =
    [
        ("Logging__LogLevel__Default", "Warning"), ("Scheduling__CpuAllocationRatio", "100000"), ("Scheduling__RamAllocationRatio", "100000"),
        ("Scheduling__DiskAllocationRatio", "100000"), ("Quotas__Instances", "-1"), ("Quotas__Cores", "-1"), ("Quotas__Ram", "-1"),
        ("RateLimit__WritesPerMinute", "-1"), ("RateLimit__ReadsPerMinute", "-1"),
    ];

    private readonly ServedProcess process;

    private Service(ServedProcess process)
    {
        this.process = process;
        Http = new HttpClient { BaseAddress = process.Address };
    }

    public HttpClient Http { get; }

    public string Token { get; private set; } = "";

    /// <summary>The user's.</summary>
    public string Password { get; private set; } = "";

    /// <summary>From the start of the process to its first answer, in milliseconds.</summary>
    public double FirstAnswer { get; private init; }

    /// <summary>Resident memory in MiB.</summary>
    public long Memory => process.Memory;

    /// <summary>The same in KiB.</summary>
    public long MemoryKib => process.MemoryKib;

    /// <summary>The processor time used so far.</summary>
    public TimeSpan Used => process.Used;

    public int ProcessId => process.Id;

    /// <summary>Starts a service on a data folder, with further settings.</summary>
    public static Task<Service> StartAsync(string product, string data, params (string Key, string Value)[] settings)
        => StartAsync(product, data, data, ["--hypervisor", "test:///default"], settings);

    /// <summary>Starts a service on a data folder, with further options, and signs in with the passwords from another
    /// folder.</summary>
    public static async Task<Service> StartAsync(string product, string data, string passwords, string[] options, params (string Key, string Value)[] settings)
    {
        var clock = Stopwatch.StartNew();
        var process = await ServedProcess.StartAsync(
            "dotnet", [product, "serve", "--data", data, "--listen", "http://127.0.0.1:0", .. options],
            Environment(settings));
        using (var first = new HttpClient { BaseAddress = process.Address })
            await first.GetStringAsync("/");
        var service = new Service(process) { FirstAnswer = clock.Elapsed.TotalMilliseconds };
        await service.SignInAsync(passwords);
        return service;
    }

    /// <summary>Settings as a process of the service takes them.</summary>
    public static IEnumerable<(string Name, string Value)> Environment(IEnumerable<(string Key, string Value)> settings)
        => Unlimited.Concat(settings).Select(setting => ($"KIROKU_{setting.Key}", setting.Value));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await process.DisposeAsync();
    }

    private async Task SignInAsync(string data)
    {
        Password = File.ReadLines(Path.Combine(data, "clouds.yaml")).First(line => line.Contains("password:", StringComparison.Ordinal)).Split(':')[1].Trim();
        var project = new { name = "demo", domain = new { id = "default" } };
        var user = new { name = "demo", domain = new { id = "default" }, password = Password };
        var auth = new { auth = new { identity = new { methods = (string[])["password"], password = new { user } }, scope = new { project } } };
        using var answer = await Http.PostAsJsonAsync("/identity/v3/auth/tokens", auth);
        answer.EnsureSuccessStatusCode();
        Token = answer.Headers.GetValues("X-Subject-Token").Single();
        Http.DefaultRequestHeaders.Add("X-Auth-Token", Token);
        Http.DefaultRequestHeaders.Add("OpenStack-API-Version", "compute 2.58");
    }
}
