using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Api.Fuzz;

/// <summary>
/// Handmade requests whose HTTP itself is wrong, cut off or ambiguous. All ask for something that is refused anyway,
/// so none may change anything. Each gets an answer that is not an internal error, or the end of the connection where
/// HTTP has no better way.
/// </summary>
public sealed class FramingTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Body = """{"nosuch":null}""";
    private const int RandomRequests = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The headers after the usual ones, and the body as it is sent.</summary>
    public static TheoryData<string, string> Bodies => new()
    {
        { "Transfer-Encoding: chunked", "11111111111111111\r\n{" },
        { "Transfer-Encoding: chunked", "FFFFFFFFFFFFFFFF\r\n{" },
        { "Transfer-Encoding: chunked", "7FFFFFFFFFFFFFFF\r\n{" },
        { "Transfer-Encoding: chunked", "FFFFFFFF\r\n{" },
        { "Transfer-Encoding: chunked", "80000000\r\n{" },
        { "Transfer-Encoding: chunked", "-1\r\n{" },
        { "Transfer-Encoding: chunked", "0x0F\r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: chunked", "g\r\n" },
        { "Transfer-Encoding: chunked", "\r\n" },
        { "Transfer-Encoding: chunked", " F\r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: chunked", "F \r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: chunked", "0000000F\r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: chunked", "00000000000000000000F\r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: chunked", "F;a=\"\r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: chunked", $"F;{new string('e', 20_000)}\r\n{{\"nosuch\":null}}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: chunked", "F\n{\"nosuch\":null}\n0\n\n" },
        { "Transfer-Encoding: chunked", "F\r\n{\"nosuch\":null}0\r\n\r\n" },
        { "Transfer-Encoding: chunked", "F\r\n{\"nosuch\":null}\r\n0\r\nTrailer: x\r\n\r\n" },
        { "Transfer-Encoding: chunked",
            $"F\r\n{{\"nosuch\":null}}\r\n0\r\n{string.Concat(Enumerable.Repeat("a: b\r\n", 5000))}\r\n" },
        { "Transfer-Encoding: chunked", "F\r\n{\"nosuch\":null}\r\n0\r\nno colon\r\n\r\n" },
        { "Transfer-Encoding: chunked\r\nContent-Length: 3", "F\r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Content-Length: 15\r\nTransfer-Encoding: chunked", "0\r\n\r\nGET / HTTP/1.1\r\n\r\n" },
        { "Transfer-Encoding: gzip", Body },
        { "Transfer-Encoding: chunked, gzip", Body },
        { "Transfer-Encoding: gzip, chunked", "F\r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: chunked, chunked", "F\r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "F\r\n{\"nosuch\":null}\r\n0\r\n\r\n" },
        { "Transfer-Encoding: xchunked", Body },
        { "Transfer-Encoding:\u000bchunked", Body },
        { "Transfer-Encoding : chunked", Body },
        { "Transfer-Encoding\r\n: chunked", Body },
        { "Content-Length: 15\r\nContent-Length: 15", Body },
        { "Content-Length: 15\r\nContent-Length: 3", Body },
        { "Content-Length: 15, 15", Body },
        { "Content-Length: +15", Body },
        { "Content-Length: -1", Body },
        { "Content-Length: 0x0F", Body },
        { "Content-Length: 1 5", Body },
        { "Content-Length: 1.5e1", Body },
        { "Content-Length: ", Body },
        { "Content-Length: 9223372036854775807", Body },
        { "Content-Length: 9223372036854775808", Body },
        { "Content-Length: 99999999999999999999999999", Body },
        { "Content-Length: 114689", Body },
        { "Content-Length: 5", Body },
        { "Content-Length: 0", "" },
        { "Content-Length: 15\r\nExpect: 100-continue", Body },
        { "Content-Length: 15\r\nExpect: the-impossible", Body },
        { "Content-Length: 15\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: "
            + "AAMAAABkAAQAAP__", Body },
        { "Content-Length: 15\r\nConnection: close, keep-alive, x", Body },
        { "Content-Length: 15\r\nHost: again", Body },
        { "Content-Length: 15\r\nno colon", Body },
        { "Content-Length: 15\r\n: no name", Body },
        { "Content-Length: 15\r\nX: a\u0000b", Body },
        { "Content-Length: 15\r\nX: a\rb", Body },
        { "Content-Length: 15\r\n folded: x", Body },
        { "Content-Length: 15\r\nX: a\r\n folded", Body },
        { "Content-Length: 15\r\nX-\u00e9: a", Body },
        { "Content-Length: 15\r\nAccept: \u00ff\u00fe", Body },
        { $"Content-Length: 15\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 200))}Y: z", Body },
        { $"Content-Length: 15\r\nX: {new string('x', 40_000)}", Body },
        { "", "" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_framed_wrongly_is_answered_and_changes_nothing(string headers, string body)
    {
        var before = await running.RowsAsync();
        foreach (var request in Requests(headers, body))
            AssertAnswered(request, await SendAsync(request));
        Assert.Equal(before, await running.RowsAsync());
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", "F\r\n{\"nosuch\":null}\r\n")]
    [InlineData("Transfer-Encoding: chunked", "7FFFFFFF\r\n{")]
    [InlineData("Transfer-Encoding: chunked", "5")]
    [InlineData("Content-Length: 30", Body)]
    [InlineData("Content-Length: 30\r\nExpect: 100-continue", "")]
    public async Task A_body_that_breaks_off_is_no_internal_error_and_changes_nothing(string headers, string body)
    {
        var before = await running.RowsAsync();
        foreach (var request in Requests(headers, body))
            AssertNoFault(request, await SendAsync(request, end: true));
        Assert.Equal(before, await running.RowsAsync());
    }

    public static TheoryData<string> Heads =>
    [
        "GET /v2.1/flavors HTTP/1.1\r\n\r\n", "GET /v2.1/flavors HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /v2.1/flavors HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /v2.1/flavors HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /v2.1/flavors HTTP/1.0\r\n\r\n", "GET /v2.1/flavors HTTP/1.2\r\nHost: a\r\n\r\n",
        "GET /v2.1/flavors HTTP/2.0\r\nHost: a\r\n\r\n", "GET /v2.1/flavors HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET /v2.1/flavors http/1.1\r\nHost: a\r\n\r\n", "GET /v2.1/flavors\r\nHost: a\r\n\r\n",
        "get /v2.1/flavors HTTP/1.1\r\nHost: a\r\n\r\n", "G@T /v2.1/flavors HTTP/1.1\r\nHost: a\r\n\r\n",
        "G T /v2.1/flavors HTTP/1.1\r\nHost: a\r\n\r\n", " GET /v2.1/flavors HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET /v2.1/flavors HTTP/1.1\r\nHost: a\r\n\r\n", "GET  /v2.1/flavors  HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET v2.1/flavors HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://evil.example/v2.1/flavors HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET https://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        "TRACE /v2.1/flavors HTTP/1.1\r\nHost: a\r\n\r\n", "GET /v2.1/fla vors HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v2.1/\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /v2.1/\u0000 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v2.1/%00 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /v2.1/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET //v2.1//flavors HTTP/1.1\r\nHost: a\r\n\r\n", "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v2.1/%2e%2e/%2e%2e/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /v2.1/flavors#x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v2.1/flavors?\u00e9=\u00ff HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v2.1/flavors?? HTTP/1.1\r\nHost: a\r\n\r\n", "GET /v2.1/flavors?=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        $"GET /{new string('a', 10_000)} HTTP/1.1\r\nHost: a\r\n\r\n",
        $"GET /v2.1/flavors?{new string('a', 10_000)} HTTP/1.1\r\nHost: a\r\n\r\n",
        $"{new string('A', 10_000)} / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
    ];

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task A_wrong_request_head_is_answered(string head) => AssertAnswered(head, await SendAsync(head));

    [Theory]
    [InlineData("")]
    [InlineData("GET")]
    [InlineData("GET / HTTP/1.1\r\nHost: a")]
    [InlineData("GET / HTTP/1.1\rHost: a\r\r")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003")]
    public async Task An_incomplete_request_is_at_least_no_internal_error(string text)
        => AssertNoFault(text, await SendAsync(text, end: true));

    [Fact]
    public async Task Requests_one_after_another_on_one_connection_are_all_answered()
    {
        var one = $"GET /v2.1/nosuch HTTP/1.1\r\nHost: a\r\nX-Auth-Token: {running.Cloud.Demo.Token}\r\n\r\n";
        var last = one.Replace("Host: a", "Host: a\r\nConnection: close", StringComparison.Ordinal);
        Assert.Equal(20,
            (await SendAsync(string.Concat(Enumerable.Repeat(one, 19)) + last, toTheEnd: true)).Split("HTTP/1.1 404")
                .Length - 1);
    }

    [Fact]
    public async Task Bytes_changed_at_random_cause_no_internal_error()
    {
        var random = new Random(EveryRouteFuzzTests.Seed);
        var before = await running.RowsAsync();
        var right = $"POST /v2.1/servers/{running.Server}/action?limit=1 HTTP/1.1\r\nHost: "
            + $"{running.Cloud.App.Address.Authority}\r\nX-Auth-Token: {running.Cloud.Demo.Token}\r\n"
            + "Content-Type: application/json\r\nOpenStack-API-Version: compute 2.96\r\nTransfer-Encoding: "
                + $"chunked\r\n\r\n5\r\n{Body[..5]}\r\na;x=y\r\n{Body[5..]}\r\n0\r\n\r\n";
        for (var number = 0; number < RandomRequests; number++)
        {
            var request = right;
            for (var change = random.Next(1, 4); change > 0; change--)
                request = Changed(random, request);
            AssertNoFault(
                request, await SendAsync(request, end: random.Next(2) == 0, patience: TimeSpan.FromSeconds(0.2)));
        }
        Assert.Equal(before, await running.RowsAsync());
    }

    private static string Changed(Random random, string request)
    {
        var place = random.Next(request.Length - 1);
        var other = random.Next(3) == 0 ? "\r\n" : ((char)random.Next(256)).ToString();
        return random.Next(4) switch
        {
            0 => request.Remove(place, 1),
            1 => request.Insert(place, other),
            2 => request.Remove(place, 1).Insert(place, other),
            _ => request.Insert(place, request.Substring(place, Math.Min(random.Next(1, 40), request.Length - place))),
        };
    }

    private static void AssertAnswered(string request, string answer)
    {
        Assert.True(answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal),
            $"{Short(request)}\nwas answered: {Short(answer)}");
        AssertNoFault(request, answer);
        var parts = answer.Split("\r\n\r\n", 2);
        if (parts[0].Contains("application/json", StringComparison.Ordinal)
            && !parts[0].Contains("chunked", StringComparison.Ordinal))
            Assert.NotNull(JsonNode.Parse(parts[1][..Math.Min(parts[1].Length, Length(parts[0]))]));
    }

    private static int Length(string head)
        => head.Split("\r\n").FirstOrDefault(
            line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } line
        ? int.Parse(line.Split(':')[1], CultureInfo.InvariantCulture)
        : 0;

    private static void AssertNoFault(string request, string answer) => Assert.False(
        answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal) && !answer.StartsWith(
            "HTTP/1.1 505", StringComparison.Ordinal) && !answer.StartsWith("HTTP/1.1 501", StringComparison.Ordinal),
        $"{Short(request)}\nwas answered: {Short(answer)}");

    private static string Short(string text) => text.Length > 1500 ? $"{text[..1500]}…" : text;

    /// <summary>Requests that are refused, with a body of each kind.</summary>
    private IEnumerable<string> Requests(string headers, string body)
    {
        foreach (var (line, type) in new[]
        {
            ($"POST /v2.1/servers/{running.Server}/action", "application/json"),
            ("POST /identity/v3/auth/tokens", "application/json"),
            ($"PATCH /image/v2/images/{running.Cloud.Image}", "application/openstack-images-v2.1-json-patch"),
            // This image has its bytes already.
            ($"PUT /image/v2/images/{running.Cloud.Image}/file", "application/octet-stream"),
        })
        {
            yield return $"{line} HTTP/1.1\r\nHost: {running.Cloud.App.Address.Authority}\r\nX-Auth-Token: "
                + $"{running.Cloud.Demo.Token}\r\nContent-Type: {type}\r\n"
                + $"{headers}{(headers.Length > 0 ? "\r\n" : "")}\r\n{body}";
        }
    }

    /// <summary>Sends a request and reads one answer, or everything up to the end of the connection.</summary>
    /// <param name="request">The whole request.</param>
    /// <param name="end">Ends the sending side afterwards. There need not be an answer then.</param>
    /// <param name="toTheEnd">Reads all answers.</param>
    /// <param name="patience">Ends the sending side after this time in any case.</param>
    private async Task<string> SendAsync(
        string request, bool end = false, bool toTheEnd = false, TimeSpan? patience = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(running.Cloud.App.Address.Host, running.Cloud.App.Address.Port, Token);
        await using var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Token);
            if (end)
                client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The service answered and closed the connection before everything was sent.
        }
        var reading = ReadAsync(stream, toTheEnd);
        if (patience is { } some && await Task.WhenAny(reading, Task.Delay(some, Token)) != reading && client.Connected)
            Shutdown(client.Client);
        return await reading.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    private static void Shutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The service was faster.
        }
    }

    private static async Task<string> ReadAsync(NetworkStream stream, bool toTheEnd)
    {
        var (answer, piece) = (new StringBuilder(), new byte[16 * 1024]);
        try
        {
            while (await stream.ReadAsync(piece, Token) is > 0 and var read)
            {
                answer.Append(Encoding.Latin1.GetString(piece, 0, read));
                if (!toTheEnd && IsWhole(answer.ToString()))
                    break;
            }
        }
        catch (IOException)
        {
            // The connection is reset if the service did not read the whole request.
        }
        return answer.Replace("HTTP/1.1 100 Continue\r\n\r\n", "").ToString();
    }

    private static bool IsWhole(string answer)
    {
        var parts = answer.Replace("HTTP/1.1 100 Continue\r\n\r\n", "", StringComparison.Ordinal).Split("\r\n\r\n", 2);
        return parts is [var head, var body]
            && (head.Contains("chunked", StringComparison.Ordinal)
                ? body.EndsWith("0\r\n\r\n", StringComparison.Ordinal) : body.Length >= Length(head));
    }
}
