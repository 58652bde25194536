using System.Net;
using System.Net.Sockets;

namespace Kiroku.Tests.CommandLine.ActionCommands;

/// <summary>A port that hands every connection on to a service, until it is broken.</summary>
internal sealed class BreakableWay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Lock changing = new();
    private readonly List<TcpClient> open = [];
    private readonly Task accepting;
    private bool isBroken;

    private BreakableWay(Uri target)
    {
        Target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    /// <summary>Where new connections are handed on to.</summary>
    public Uri Target { get; set; }

    public static BreakableWay To(Uri target) => new(target);

    /// <summary>Breaks every connection, and each new one as it comes.</summary>
    public void Break()
    {
        lock (changing)
        {
            isBroken = true;
            open.ForEach(client => client.Dispose());
            open.Clear();
        }
    }

    public void Mend()
    {
        lock (changing)
            isBroken = false;
    }

    public async ValueTask DisposeAsync()
    {
        Break();
        listener.Dispose();
        await accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = HandOnAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task HandOnAsync(TcpClient client)
    {
        using var own = client;
        using var service = new TcpClient();
        try
        {
            await service.ConnectAsync(Target.Host, Target.Port);
            lock (changing)
            {
                if (isBroken)
                    return;
                open.AddRange([client, service]);
            }
            await Task.WhenAny(
                client.GetStream().CopyToAsync(service.GetStream()),
                service.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException
            or InvalidOperationException)
        {
            // Broken.
        }
    }
}
