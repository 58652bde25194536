using System.Globalization;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions.Live.Streams;

/// <summary>Clients that do not read what they are sent.</summary>
public sealed class SlowReaderTests
{
    /// <summary>More than all buffers between service and client take.</summary>
    private const int Actions = 8_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_off_and_may_go_on_from_its_position()
    {
        await using var cloud = await Cloud.StartAsync(("Streams:WriteTimeout", "00:00:00.5"));
        var beginning = await WriteHistoryAsync(cloud);
        string last;
        int seen;
        using (var client = await ConnectAsync(cloud, beginning))
        {
            await StreamCloud.UntilOpenAsync(cloud, 1);
            await StreamCloud.UntilOpenAsync(cloud, 0);
            (last, seen) = await ReadRestAsync(client);
        }
        Assert.InRange(seen, 0, Actions - 1);
        await using var next = await StreamClient.OpenAsync(
            cloud.Admin, $"?all_projects=true&after={beginning}", lastEventId: last);
        for (var number = seen + 1; number <= Actions; number++)
            Assert.Equal(
                string.Create(CultureInfo.InvariantCulture, $"req-{number}"), (await next.NextActionAsync()).Request);
    }

    [Fact]
    public async Task A_client_that_does_not_read_does_not_hold_up_others_or_the_services_end()
    {
        await using var cloud = await Cloud.StartAsync();
        var beginning = await WriteHistoryAsync(cloud);
        using var client = await ConnectAsync(cloud, beginning);
        await StreamCloud.UntilOpenAsync(cloud, 1);
        await using var stream = await StreamClient.OpenAsync(cloud.Demo);
        var server = await cloud.CreateServerAsync();
        await stream.UntilEndedAsync((await cloud.NewestActionAsync(server)).Action.RequestId);
        await cloud.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    /// <summary>Actions of another project's server, req-1, req-2 and so on.</summary>
    private static async Task<string> WriteHistoryAsync(Cloud cloud)
    {
        var server = Guid.NewGuid();
        var beginning = $"{await StreamCloud.NowAsync(cloud)}";
        await LongHistory.AddServerAsync(cloud.Database, server, DateTime.UnixEpoch);
        await LongHistory.AddActionsAsync(cloud.Database, server, 1, Actions, DateTime.UnixEpoch);
        await StreamCloud.NowAsync(cloud);
        return beginning;
    }

    private static async Task<TcpClient> ConnectAsync(Cloud cloud, string after)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(cloud.App.Address.Host, cloud.App.Address.Port, Token);
        // HTTP/1.0, so that what is read is not in chunks.
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {StreamClient.Path}?all_projects=true&after={after} HTTP/1.0\r\nHost: a\r\nAccept: */*\r\n"
            + $"X-Auth-Token: {cloud.Admin.Token}\r\n\r\n"), Token);
        return client;
    }

    /// <summary>The position and number of the last action that has come whole before the connection broke.</summary>
    private static async Task<(string Last, int Seen)> ReadRestAsync(TcpClient client)
    {
        var text = new StringBuilder();
        var buffer = new byte[65_536];
        try
        {
            while (await client.GetStream().ReadAsync(buffer, Token) is > 0 and var read)
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // The service has broken the connection.
        }
        var (last, seen) = ("", 0);
        var body = $"{text}".Split("\r\n\r\n", 2) is [_, var events] ? events : "";
        foreach (var item in SseParser.Create(new MemoryStream(Encoding.UTF8.GetBytes(body))).Enumerate())
            (last, seen) = (item.EventId!, item.EventType == "action" ? seen + 1 : seen);
        return (last, seen);
    }
}
