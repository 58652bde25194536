using Kiroku.SystemTests.Ui;

namespace Kiroku.SystemTests.CommandLine;

/// <summary>The README's first command, run as a user runs it.</summary>
public sealed class TourTests : IDisposable
{
    private readonly DirectoryInfo parent = Directory.CreateDirectory(
        Path.Combine(Path.GetTempPath(), $"kt{Guid.NewGuid().ToString("N")[..6]}"));

    private (string, string?)[] Environment => [("TMPDIR", parent.FullName)];

    public void Dispose() => parent.Delete(recursive: true);

    [Fact]
    public async Task The_tour_finds_nine_of_nine_right_on_real_machines_and_leaves_nothing()
    {
        RequireGuest("/usr/sbin/libvirtd", "/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-img");
        var ended = await KirokuProcess.RunAsync(["tour", "--exit"], Environment);
        Assert.True(ended.ExitCode == 0, ended.Output + ended.Errors);
        Assert.Contains("9 of 9 actions", ended.Output, StringComparison.Ordinal);
        Assert.Contains("and the guest agrees", ended.Output, StringComparison.Ordinal);
        Assert.Matches(@"compute_start_instance +━+ .* Error\n +attempt \d +━+ .* Success\n", ended.Output);
        Assert.Contains("The start whose disk was away succeeded on attempt ", ended.Output, StringComparison.Ordinal);
        Assert.Empty(parent.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task The_output_is_plain_where_no_terminal_is_attached()
    {
        RequireGuest();
        var ended = await KirokuProcess.RunAsync(["tour", "--exit", "--hypervisor", "test:///default"], Environment);
        Assert.True(ended.ExitCode == 0, ended.Output + ended.Errors);
        Assert.DoesNotContain('\u001b', ended.Output);
        Assert.DoesNotContain('\r', ended.Output);
        Assert.Contains("NOTHING REAL RUNS", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("the guest agrees", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--exit")]
    [InlineData("--listen=http://127.0.0.1:0")]
    public async Task An_interrupted_tour_leaves_nothing(string option)
    {
        RequireGuest();
        await using var tour = new KirokuProcess(["tour", "--hypervisor", "test:///default", option], Environment);
        await tour.ReadLineUntilAsync("the service answers");
        await tour.SignalAsync("INT");
        var ended = await tour.EndAsync();
        Assert.True(ended.ExitCode == 130, ended.Output + ended.Errors);
        Assert.Empty(parent.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task A_finished_tour_prints_a_link_that_signs_a_browser_in_once_and_is_one_line_on_any_terminal()
    {
        RequireGuest();
        await using var tour = KirokuProcess.OnTerminal(80, "tour --hypervisor test:///default", Environment);
        var link = new Uri((await tour.ReadLineUntilAsync("  http://127.0.0.1:")).Trim());
        Assert.Contains("&return=%2Fui%2Fservers%2F", link.Query, StringComparison.Ordinal);
        using var browser = Browser.Open(link);
        browser.Go(link.PathAndQuery);
        browser.Find("form.fields button").Click();
        await browser.UntilAsync(() => browser.Web.Url.Contains("/ui/servers/", StringComparison.Ordinal));
        Assert.Equal("demo", browser.Find(".menu-where").Text);
        Assert.DoesNotContain("secret", browser.Web.Url, StringComparison.Ordinal);
        browser.Go(link.PathAndQuery);
        Assert.Contains("no longer works", browser.Find("h1").Text, StringComparison.Ordinal);
        await tour.InterruptAsync();
        Assert.Equal(0, (await tour.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_finished_tour_serves_on_until_it_is_told_to_end_and_keeps_its_data()
    {
        RequireGuest();
        await using var tour = new KirokuProcess(["tour", "--hypervisor", "test:///default"], Environment);
        var command = await tour.ReadLineUntilAsync("  OS_CLIENT_CONFIG_FILE=");
        Assert.EndsWith("openstack --os-cloud kiroku server event list tour", command, StringComparison.Ordinal);
        await tour.ReadLineUntilAsync("Ctrl+C ends");
        await tour.SignalAsync("INT");
        Assert.Equal(0, (await tour.EndAsync()).ExitCode);
        var kept = Assert.Single(parent.EnumerateDirectories());
        Assert.True(File.Exists(Path.Combine(kept.FullName, "kiroku.db")));
    }

    private static void RequireGuest(params string[] others) => Hypervisors.RealParts.Require(
        [System.Environment.GetEnvironmentVariable("KIROKU_GUEST_IMAGE") ?? "$KIROKU_GUEST_IMAGE", .. others]);
}
