using System.Net;
using System.Net.Sockets;

namespace Kiroku.SystemTests.CommandLine;

/// <summary>How <c>kiroku serve</c> reports what it cannot use: one line, an exit code, no stack trace.</summary>
public sealed class ServeTests : IDisposable
{
    private const string Mock = "/usr/lib/x86_64-linux-gnu/libvirt.so.0";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kiroku-serve-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string[] Serve
        => ["serve", "--data", folder.FullName, "--listen", "http://127.0.0.1:0", "--hypervisor", "test:///default"];

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("there is no command or option srve here", "srve")]
    [InlineData("there is no command or option --nonsense here", "serve", "--nonsense")]
    [InlineData("not an address", "serve", "--listen", "nonsense")]
    [InlineData("not an address", "serve", "--listen", "ftp://127.0.0.1:8774")]
    [InlineData("not an address", "serve", "--listen", "http://127.0.0.1:99999")]
    [InlineData("ends with its port", "serve", "--listen", "http://127.0.0.1:8774/nova")]
    [InlineData("an IP address or localhost", "serve", "--listen", "http://example.org:80")]
    [InlineData("not a libvirt URI", "serve", "--hypervisor", "nonsense")]
    [InlineData("not a libvirt URI", "serve", "--hypervisor", "nonsense:///system")]
    [InlineData("name is empty", "serve", "--data", "")]
    [InlineData("without spaces", "serve", "--host", "two words")]
    [InlineData("Required argument missing", "down")]
    [InlineData("no connection to PostgreSQL", "serve", "--database", "")]
    [InlineData("no connection to PostgreSQL", "serve", "--database", "postgres://127.0.0.1/kiroku")]
    [InlineData("no connection to PostgreSQL", "copy", "/tmp", "--database", "Port=1")]
    [InlineData("'--database' is required", "copy", "/tmp")]
    public async Task A_wrong_command_line_is_refused_in_one_line(string complaint, params string[] arguments)
        => Complains(await KirokuProcess.RunAsync(arguments), 2, complaint);

    [Theory]
    [InlineData("/etc/passwd", "is a file")]
    [InlineData("/proc/nothing", "cannot be used")]
    public async Task A_data_folder_that_cannot_be_used_is_named(string data, string complaint)
        => Complains(
            await KirokuProcess.RunAsync(["serve", "--data", data, "--listen", "http://127.0.0.1:0"]), 1, complaint);

    [Theory]
    [InlineData("{ \"Servers\": ", "kiroku.json")]
    [InlineData("{ \"Servers\": { \"ShutdownTimeout\": \"soon\" } }", "Servers:ShutdownTimeout")]
    [InlineData("{ \"Servers\": { \"MaxLimit\": 0 } }", "MaxLimit")]
    public async Task A_broken_setting_is_named(string json, string complaint)
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "kiroku.json"), json, Token);
        Complains(await KirokuProcess.RunAsync(Serve), 1, complaint);
    }

    [Fact]
    public async Task Https_without_a_certificate_is_refused_before_anything_is_made()
    {
        var ended = await KirokuProcess.RunAsync(
            [.. Serve[..^4], "--listen", "https://127.0.0.1:0", "--hypervisor", "test:///default"]);
        Complains(ended, 1, "takes a certificate and its key");
        Assert.False(File.Exists(Path.Combine(folder.FullName, "kiroku.db")));
    }

    [Fact]
    public async Task A_service_that_takes_passwords_in_clear_from_other_machines_says_so()
    {
        Hypervisors.RealParts.Require(Mock);
        await using var kiroku = new KirokuProcess(
            [.. Serve[..^4], "--listen", "http://0.0.0.0:0", "--hypervisor", "test:///default"]);
        await kiroku.ReadErrorUntilAsync("takes passwords and tokens in clear");
    }

    [Fact]
    public async Task On_https_with_a_certificate_of_its_own_the_stock_client_and_drain_work()
    {
        Hypervisors.RealParts.Require(Mock);
        Service.StockClient.Require();
        var certificates = new Kiroku.Cluster.CertificateFolder(folder.FullName, TimeProvider.System);
        certificates.MakeAuthority();
        certificates.Make("127.0.0.1");
        (string, string?)[] settings = [
            .. new[] { ("Certificate", "127.0.0.1.pem"), ("Key", "127.0.0.1.key"), ("Authority", "authority.pem") }
            .Select(pair => ($"KIROKU_Api__{pair.Item1}", (string?)Path.Combine(folder.FullName, pair.Item2)))];
        await using var kiroku = new KirokuProcess(
            [.. Serve[..^4], "--listen", "https://127.0.0.1:0", "--hypervisor", "test:///default"], settings);
        Assert.StartsWith(
            "listening on https://127.0.0.1:", await kiroku.ReadLineUntilAsync(""), StringComparison.Ordinal);
        var client = Service.StockClient.Of(folder.FullName, "kiroku");
        Assert.NotEmpty((await client.JsonAsync("flavor list")).AsArray());
        Assert.DoesNotContain("http:", await client.RunAsync("catalog list"), StringComparison.Ordinal);
        Assert.Equal(0, (await KirokuProcess.RunAsync(["drain", folder.FullName])).ExitCode);
        Assert.Equal(0, (await kiroku.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_damaged_database_is_said_to_be_damaged()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "kiroku.db"), new string('x', 8192), Token);
        Complains(await KirokuProcess.RunAsync(Serve), 1, "damaged");
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        Complains(await KirokuProcess.RunAsync(["serve", "--data", folder.FullName, "--listen", address]), 1,
            $"cannot listen on {address}");
    }

    [Fact]
    public async Task A_hypervisor_that_can_never_be_reached_ends_the_service()
    {
        Hypervisors.RealParts.Require(Mock);
        var ended = await KirokuProcess.RunAsync([.. Serve[..^1], "qemu+nonsense:///system"]);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("kiroku: Cannot connect to the hypervisor", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_service_on_the_same_folder_is_refused_and_down_ends_the_first()
    {
        Hypervisors.RealParts.Require(Mock);
        await using var first = new KirokuProcess(Serve);
        Assert.StartsWith(
            "listening on http://127.0.0.1:", await first.ReadLineUntilAsync(""), StringComparison.Ordinal);
        Complains(await KirokuProcess.RunAsync(Serve), 1, $"process {first.Id} already runs");
        var down = await KirokuProcess.RunAsync(["down", folder.FullName]);
        Assert.Equal(0, down.ExitCode);
        Assert.Contains($"ended the service (process {first.Id})", down.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await first.EndAsync()).ExitCode);
        Assert.True(File.Exists(Path.Combine(folder.FullName, "kiroku.db")));
    }

    [Fact]
    public async Task A_service_told_to_end_while_it_starts_ends_in_good_order()
    {
        Hypervisors.RealParts.Require(Mock);
        await using var kiroku = new KirokuProcess(Serve);
        await kiroku.ReadErrorUntilAsync("Connected to the hypervisor");
        await kiroku.SignalAsync("TERM");
        Assert.Equal(0, (await kiroku.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_service_that_is_told_to_end_with_its_input_does_so()
    {
        Hypervisors.RealParts.Require(Mock);
        await using var kiroku = new KirokuProcess([.. Serve, "--end-with-input"]);
        await kiroku.ReadLineUntilAsync("listening on ");
        kiroku.CloseInput();
        Assert.Equal(0, (await kiroku.EndAsync()).ExitCode);
    }

    [Theory]
    [InlineData("/nonexistent", "there is no folder")]
    [InlineData("/etc", "no data folder of Kiroku's")]
    public async Task Down_refuses_a_folder_that_is_none_of_ours(string data, string complaint)
        => Complains(await KirokuProcess.RunAsync(["down", data]), 1, complaint);

    /// <summary>
    /// Checks for a complaint of one line. The mock's warning may precede it, and an unrelated line of the log.
    /// </summary>
    private static void Complains(Ended ended, int exitCode, string complaint)
    {
        Assert.True(exitCode == ended.ExitCode, ended.Errors);
        var lines = ended.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("kiroku: ", lines[^1], StringComparison.Ordinal);
        Assert.Contains(complaint, lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Errors, StringComparison.Ordinal);
        Assert.Empty(ended.Output);
    }
}
