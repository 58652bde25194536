using System.Net.Sockets;
using System.Text;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Telemetry;

/// <summary>Callers' traces, right and wrong ones (https://www.w3.org/TR/trace-context/).</summary>
public sealed class TraceParentTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Span = "00f067aa0ba902b7";
    private const string Given = $"00-{Trace}-{Span}-01";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Given, Trace)]
    [InlineData($"00-{Trace}-{Span}-00", Trace)]
    // Flags that nobody knows yet, and a later version, which may have more at its end.
    [InlineData($"00-{Trace}-{Span}-ff", Trace)]
    [InlineData($"cc-{Trace}-{Span}-01-what-the-future-brings", Trace)]
    [InlineData($"cc-{Trace}-{Span}-01", Trace)]
    [InlineData("", null)]
    [InlineData("garbage", null)]
    [InlineData($"ff-{Trace}-{Span}-01", null)]
    [InlineData($"00-{Trace}-{Span}-01-more", null)]
    [InlineData($"00-{Trace}-{Span}-01-", null)]
    [InlineData($"00-{Trace}-{Span}-0", null)]
    [InlineData($"00-{Trace}-{Span}", null)]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", null)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01", null)]
    [InlineData($"00-00000000000000000000000000000000-{Span}-01", null)]
    [InlineData($"00-{Trace}-0000000000000000-01", null)]
    [InlineData($"00.{Trace}.{Span}.01", null)]
    [InlineData($"00-{Trace}-{Span}-01, 00-{Trace}-{Span}-01", null)]
    public async Task A_traceparent_is_taken_as_the_specification_says_and_a_wrong_one_ignored(
        string header, string? taken)
    {
        var server = await running.Cloud.CreateServerAsync();

        var requestId = await TraceParent.ActAsync(running.Cloud.Demo, server, """{"lock":null}""", header);

        Assert.Equal(
            taken ?? TraceParent.OwnOf(requestId), await TraceParent.ShownAsync(running.Cloud, server, requestId));
        Assert.Equal(taken is null ? 0 : 25, await TraceParent.SizeAsync(running.Cloud, requestId));
    }

    /// <summary>.NET's client would send one line.</summary>
    [Theory]
    [InlineData(Given, Given)]
    [InlineData(Given, "")]
    [InlineData("", Given)]
    public async Task A_traceparent_over_two_lines_is_ignored(string first, string second)
    {
        var server = await running.Cloud.CreateServerAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(running.Cloud.App.Address.Host, running.Cloud.App.Address.Port, Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v2.1/servers/{server}/action HTTP/1.1\r\nHost: kiroku\r\nConnection: close\r\n"
            + $"X-Auth-Token: {running.Cloud.Demo.Token}\r\ntraceparent: {first}\r\ntraceparent: {second}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"lock\":null}"), Token);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(Token);

        Assert.StartsWith("HTTP/1.1 202 ", answer, StringComparison.Ordinal);
        var action = (await running.Cloud.Demo.GetJsonAsync(
            $"/actions/v1/actions?filter=server.id={server}%20AND%20action=lock"))["actions"]!.AsArray().Single()!;
        Assert.Equal(TraceParent.OwnOf((string)action["request_id"]!), (string)action["trace_id"]!);
    }
}
