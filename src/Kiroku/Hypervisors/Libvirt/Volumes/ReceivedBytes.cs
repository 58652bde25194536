using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>
/// Reads the bytes of a volume that come from elsewhere. However their stream breaks, the failure says that they broke
/// off.
/// </summary>
internal sealed class ReceivedBytes(Stream bytes, VolumeContent content, IProgress<double>? progress)
{
    private long taken;

    /// <summary>Fills the piece, which stays unfilled only at the end.</summary>
    public async Task<int> ReadAsync(Memory<byte> piece, CancellationToken abandoned)
    {
        var read = 0;
        try
        {
            // A stream that ignores the token is abandoned.
            while (read < piece.Length
                && await bytes.ReadAsync(piece[read..], abandoned).AsTask().WaitAsync(abandoned) is var got and > 0)
                read += got;
        }
        catch (Exception e) when (!abandoned.IsCancellationRequested)
        {
            throw new RefusedException(HypervisorFailure.Failed, $"its bytes broke off: {e.Message}", e);
        }
        taken += read;
        progress?.Report(content.FileBytes > taken ? (double)taken / content.FileBytes : 1);
        return read;
    }
}
