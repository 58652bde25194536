using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kiroku.Tests.Webhooks;

/// <summary>A receiver that means no good: it answers late, without an end or not at all.</summary>
internal sealed class RawReceiver : IAsyncDisposable
{
    private static readonly byte[] Piece = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
    private static readonly byte[] Head = "HTTP/1.1 200 OK\r\n"u8.ToArray();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly string how;
    private Task accepting = Task.CompletedTask;

    private RawReceiver(string how) => this.how = how;

    /// <summary>How many bytes the service has taken, or the system for it.</summary>
    public long Sent { get; private set; }

    public string Url => $"http://{listener.LocalEndpoint}/hook";

    public static Task<RawReceiver> StartAsync(string how)
    {
        var receiver = new RawReceiver(how);
        receiver.listener.Start();
        receiver.accepting = receiver.AcceptAsync();
        return Task.FromResult(receiver);
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        await accepting;
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var answering = new List<Task>();
        try
        {
            while (true)
                answering.Add(AnswerAsync(await listener.AcceptTcpClientAsync(end.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
        await Task.WhenAll(answering);
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await AnswerAsync(client.GetStream());
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The service has had enough.
        }
    }

    private async Task AnswerAsync(NetworkStream to)
    {
        if (how == "never")
            await Task.Delay(Timeout.Infinite, end.Token);
        if (how != "slow headers")
            await to.WriteAsync(Head, end.Token);
        if (how == "endless headers")
            await EndlesslyAsync(to, "X-More: "u8.ToArray());
        if (how == "endless body")
            await EndlesslyAsync(to, "Content-Length: 1073741824\r\n\r\n"u8.ToArray());
        var slow = how == "slow headers" ? Head : [.. "Content-Length: 1000000\r\n\r\n"u8, .. Piece];
        if (how == "slow body")
            await to.WriteAsync(slow.AsMemory(0, 27), end.Token);
        for (var place = how == "slow body" ? 27 : 0; place < slow.Length; place++)
        {
            await to.WriteAsync(slow.AsMemory(place, 1), end.Token);
            await Task.Delay(TimeSpan.FromSeconds(1), end.Token);
        }
    }

    private async Task EndlesslyAsync(NetworkStream to, byte[] beginning)
    {
        await to.WriteAsync(beginning, end.Token);
        while (true)
        {
            await to.WriteAsync(Piece, end.Token);
            Sent += Piece.Length;
        }
    }
}
