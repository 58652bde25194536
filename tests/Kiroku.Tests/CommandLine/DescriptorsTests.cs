using System.Diagnostics;
using System.Net.Sockets;

namespace Kiroku.Tests.CommandLine;

/// <summary>The service's process with few file descriptors.</summary>
public sealed class DescriptorsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly string folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => TestFolder.Delete(folder);

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(256)]
    [InlineData(1023)]
    public async Task Too_few_descriptors_are_reported_in_one_line_before_anything_fails(int limit)
    {
        using var process = Start($"ulimit -n {limit}");
        var said = await process.StandardError.ReadToEndAsync(Token).WaitAsync(Patience, Token);
        await process.WaitForExitAsync(Token);
        Assert.Equal(1, process.ExitCode);
        Assert.Equal($"kiroku: this process may open {limit} files and connections, and takes at least 1024: see "
            + "ulimit -Hn, or LimitNOFILE= of its unit.\n", said);
    }

    [Fact]
    public async Task A_low_soft_limit_is_raised_and_connections_leave_enough_descriptors_to_the_service()
    {
        using var process = Start("ulimit -Sn 80 && ulimit -Hn 1024");
        try
        {
            var address = await AddressAsync(process);
            using var http = new HttpClient { BaseAddress = address };
            Assert.Equal("ok", await http.GetStringAsync("/healthz", Token));
            var idle = Enumerable.Range(0, 600).Select(_ => new TcpClient()).ToList();
            foreach (var client in idle)
                await client.ConnectAsync(address.Host, address.Port, Token);

            // The open connection signs a user in, for which the store opens its files.
            using var refused = await http.PostAsync("/identity/v3/auth/tokens", TestApp.Json("""
                {"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"demo","domain":{"id":"default"},"password":"x"}}}}}
                """), Token);

            Assert.Equal(401, (int)refused.StatusCode);
            idle.ForEach(client => client.Dispose());
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(Token);
        }
    }

    private Process Start(string first)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Kiroku.dll");
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"{first} && exec dotnet \"$0\" serve --data \"$1\" --listen http://127.0.0.1:0 "
            + "--hypervisor test:///default");
        start.ArgumentList.Add(program);
        start.ArgumentList.Add(Path.Combine(folder, "data"));
        return Process.Start(start)!;
    }

    private static async Task<Uri> AddressAsync(Process process)
    {
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var line = await process.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(Patience, Token);
        Assert.StartsWith("listening on ", line);
        return new Uri(line!["listening on ".Length..]);
    }
}
