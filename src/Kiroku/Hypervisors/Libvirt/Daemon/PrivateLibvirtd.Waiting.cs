using System.Net.Sockets;
using System.Text;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Microsoft.Win32.SafeHandles;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <content>The part that waits for the daemon and looks whether it answers.</content>
internal sealed partial class PrivateLibvirtd
{
    private const int ComplaintBytes = 4096;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a daemon may take until it answers.</summary>
    public TimeSpan ReadyTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Whether a daemon runs. One that was just killed looks alive for a moment, so its process is looked at again and
    /// again.
    /// </summary>
    private async Task<bool> FindRunningAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (Process is not null)
        {
            if (await AnswersAsync(cancellationToken))
                return true;
            await WaitABitAsync(began, cancellationToken);
        }
        return false;
    }

    /// <summary>
    /// Waits until a daemon that was just started does its work. It answers before it finds that it cannot, and only
    /// then ends.
    /// </summary>
    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!await AnswersAsync(cancellationToken))
            await WaitABitAsync(began, cancellationToken);
        try
        {
            using var address = Address();
            await AskAsync(address, _ => { }, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or LibvirtException)
        {
            await WaitUntilGoneAsync(cancellationToken);
            throw StartFailure.Of($"{e.Message} {ReadComplaint()}", e);
        }
    }

    private Task WaitABitAsync(long began, CancellationToken cancellationToken)
        => time.GetElapsedTime(began) < ReadyTimeout
            ? Task.Delay(LookInterval, time, cancellationToken)
            : throw StartFailure.Of($"it does not answer: {ReadComplaint()}");

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        if (Process is null)
            return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var place = OpenSocket();
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(ForeignFolder.PathOf(place)), cancellationToken);
            return true;
        }
        catch (Exception e) when (e is SocketException or HypervisorException)
        {
            return false;
        }
    }

    private SafeFileHandle OpenSocket()
    {
        try
        {
            using var runtime = ForeignFolder.Open(folders.Runtime);
            return runtime.OpenSocket(PrivateFolders.Socket);
        }
        catch (IOException e)
        {
            throw StartFailure.Of(e.Message, e);
        }
    }

    private string ReadComplaint()
    {
        using var output = File.OpenHandle(folders.Output, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        var end = new byte[ComplaintBytes];
        var read = RandomAccess.Read(output, end, Math.Max(0, RandomAccess.GetLength(output) - end.Length));
        var lines = Encoding.UTF8.GetString(end, 0, read).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(" | ", lines.TakeLast(3));
    }

    private async Task WaitUntilGoneAsync(CancellationToken cancellationToken)
    {
        for (var began = time.GetTimestamp(); Process is not null && time.GetElapsedTime(began) < EndTimeout;)
            await Task.Delay(LookInterval, time, cancellationToken);
    }
}
