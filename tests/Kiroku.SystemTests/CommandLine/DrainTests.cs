using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.CommandLine;

/// <summary><c>kiroku drain</c> on a real process, over libvirt's mock.</summary>
public sealed class DrainTests : IDisposable
{
    private const string Mock = "/usr/lib/x86_64-linux-gnu/libvirt.so.0";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kiroku-drain-");

    private string[] Serve
        => ["serve", "--data", folder.FullName, "--listen", "http://127.0.0.1:0", "--hypervisor", "test:///default"];

    /// <summary>A failing step is tried again until it works, for longer than a service has to come to rest.</summary>
    private static (string, string?)[] Settings =>
    [
        ("KIROKU_Actions__Attempts", "100"), ("KIROKU_Actions__FirstDelay", "00:00:01"),
        ("KIROKU_Actions__NextDelay", "00:00:01"),
        ("KIROKU_Servers__RestTimeout", "00:00:00.1"),
    ];

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_service_that_drains_refuses_work_finishes_what_runs_and_ends()
    {
        Hypervisors.RealParts.Require(Mock);
        await using var service = new KirokuProcess(Serve, Settings);
        var demo = await SignInAsync(service);
        var (image, requestId, server) = await BeginBuildAsync(demo);

        await using var drain = new KirokuProcess(["drain", folder.FullName]);
        await drain.ReadLineUntilAsync("waiting for 1 action");
        var refused = await demo.PostAsync($"/v2.1/servers/{server}/action", """{"os-stop":null}""");
        Assert.Equal((503, true), (refused.Status, refused.Headers.RetryAfter is not null));
        File.Move($"{image}.away", image);

        var drained = await drain.EndAsync();
        Assert.Equal((0, "the service has ended\n"), (drained.ExitCode, drained.Output));
        Assert.Equal(0, (await service.EndAsync()).ExitCode);
        await using var again = new KirokuProcess(Serve);
        // Failed attempts, then one that began after the drain did, and none after the end.
        var attempts = await ListAttemptsAsync(await SignInAsync(again), server, requestId);
        Assert.Equal(["Error", "Success"], attempts.Distinct().Order(StringComparer.Ordinal));
        Assert.Single(attempts, "Success");
    }

    [Fact]
    public async Task A_service_with_nothing_to_do_ends_at_once_and_so_does_a_drain_of_none()
    {
        Hypervisors.RealParts.Require(Mock);
        await using var service = new KirokuProcess(Serve);
        await service.ReadLineUntilAsync("listening on ");
        var drained = await KirokuProcess.RunAsync(["drain", folder.FullName]);
        Assert.Equal(0, drained.ExitCode);
        Assert.Contains(
            $"the service (process {service.Id}) takes no new work", drained.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await service.EndAsync()).ExitCode);
        Assert.StartsWith("no service runs on", (await KirokuProcess.RunAsync(["drain", folder.FullName])).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_drains_rests_when_it_is_told_to_stop()
    {
        Hypervisors.RealParts.Require(Mock);
        await using var service = new KirokuProcess(Serve, Settings);
        await BeginBuildAsync(await SignInAsync(service));
        await service.SignalAsync("USR1");
        await service.SignalAsync("TERM");
        Assert.Equal(0, (await service.EndAsync()).ExitCode);
    }

    private async Task<Cloud> SignInAsync(KirokuProcess service)
    {
        var address = new Uri((await service.ReadLineUntilAsync("listening on "))["listening on ".Length..]);
        return await Cloud.SignInAsync(address, Path.Combine(folder.FullName, "clouds.yaml"), "demo");
    }

    /// <summary>
    /// Starts building a server from an image whose file is missing for a while, and waits until the first attempt has
    /// failed.
    /// </summary>
    private async Task<(string ImageFile, string RequestId, string Server)> BeginBuildAsync(Cloud demo)
    {
        var image = await demo.AddImageAsync("disk", "raw", new byte[1024 * 1024]);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(folder.FullName, "images"), $"{image}.*"));
        File.Move(file, $"{file}.away");
        var made = await demo.PostAsync(
            "/v2.1/servers", $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{image}}}"}}""");
        Assert.Equal(202, made.Status);
        var (requestId, server) = (made.RequestId!, (string)made.Json["server"]!["id"]!);
        await Poll.UntilAsync(
            "a failed attempt", async () => (await ListAttemptsAsync(demo, server, requestId)).Contains("Error"));
        return (file, requestId, server);
    }

    /// <summary>The results of the attempts to build; null for one that runs.</summary>
    private static async Task<List<string?>> ListAttemptsAsync(Cloud demo, string server, string requestId)
    {
        var record = await demo.ReadAsync($"/v2.1/servers/{server}/os-instance-actions/{requestId}");
        return [.. record["instanceAction"]!["events"]!.AsArray()
            .Where(attempt => (string)attempt!["event"]! == "compute__do_build_and_run_instance")
            .Select(attempt => (string?)attempt!["result"])];
    }
}
