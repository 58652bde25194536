namespace Kiroku.Tests.Servers;

/// <summary>Consoles, of which every kind is unavailable as in a Nova that does not enable it.</summary>
public sealed class ConsolesTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    [Theory]
    [InlineData("""{"os-getVNCConsole":{"type":"novnc"}}""", 400, "Unavailable console type novnc.")]
    [InlineData("""{"os-getVNCConsole":{"type":"xvpvnc"}}""", 400, "Unavailable console type xvpvnc.")]
    [InlineData("""{"os-getSPICEConsole":{"type":"spice-html5"}}""", 400, "Unavailable console type spice-html5.")]
    [InlineData("""{"os-getRDPConsole":{"type":"rdp-html5"}}""", 400, "Unavailable console type rdp-html5.")]
    [InlineData("""{"os-getSerialConsole":{"type":"serial"}}""", 400, "Unavailable console type serial.")]
    [InlineData("""{"os-getVNCConsole":{"type":"serial"}}""", 400, "'serial' is not one of ['novnc', 'xvpvnc']")]
    [InlineData("""{"os-getVNCConsole":{}}""", 400, "'type' is a required property")]
    [InlineData("""{"os-getVNCConsole":null}""", 400, "None is not of type 'object'")]
    public async Task An_old_client_is_told_so(string body, int status, string message)
        => await AssertAsync("action", body, "2.5", (status, message));

    [Theory]
    [InlineData("""{"os-getVNCConsole":{"type":"novnc"}}""")]
    [InlineData("""{"os-getSerialConsole":{"type":"serial"}}""")]
    public async Task The_actions_ended_with_2_5(string body)
        => await AssertAsync("action", body, "2.6", (404, "The resource could not be found."));

    [Theory]
    [InlineData("vnc", "novnc", "2.6", 400, "Unavailable console type novnc.")]
    [InlineData("spice", "spice-html5", "2.6", 400, "Unavailable console type spice-html5.")]
    [InlineData("serial", "serial", "2.6", 400, "Unavailable console type serial.")]
    [InlineData("rdp", "rdp-html5", "2.6", 400, "Unavailable console type rdp.")]
    [InlineData("mks", "webmks", "2.8", 400, "Unavailable console type webmks.")]
    [InlineData("mks", "webmks", "2.7", 400, "'mks' is not one of ['vnc', 'spice', 'serial', 'rdp']")]
    [InlineData("vnc", "novnc", "2.5", 404, "The resource could not be found.")]
    public async Task A_newer_client_is_told_so_by_remote_consoles(
        string protocol, string type, string version, int status, string message)
        => await AssertAsync(
            "remote-consoles", $$$"""{"remote_console":{"protocol":"{{{protocol}}}","type":"{{{type}}}"}}""", version,
            (status, message));

    [Fact]
    public async Task A_server_on_no_host_is_not_ready()
    {
        var server = await running.Cloud.CreateServerAsync();
        await running.Cloud.DoAsync(server, """{"shelve":null}""");
        foreach (var (path, body, version) in new[]
        {
            ("action", """{"os-getVNCConsole":{"type":"novnc"}}""", "2.1"),
            ("remote-consoles", """{"remote_console":{"protocol":"vnc","type":"novnc"}}""", "2.96"),
        })
            await AssertAsync(path, body, version, (409, $"Instance {server} is not ready"), server);
        await AssertAsync(
            "remote-consoles", """{"remote_console":{"protocol":"rdp","type":"rdp-html5"}}""", "2.96",
            (400, "Unavailable console type rdp."), server);
    }

    private async Task AssertAsync(
        string path, string body, string version, (int Status, string Message) expected, Guid? server = null)
    {
        using var answer = await running.Cloud.Demo.PostAsync(
            $"/v2.1/servers/{server ?? running.Server}/{path}", body, ("OpenStack-API-Version", $"compute {version}"));
        var message = (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!;
        Assert.Equal(expected.Status, (int)answer.StatusCode);
        Assert.Contains(expected.Message, message, StringComparison.Ordinal);
    }
}
