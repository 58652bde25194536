using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>
/// The bytes of a volume as they come from elsewhere. However their stream breaks, it is a failure of theirs.
/// </summary>
internal sealed class ReceivedBytes(Stream bytes, VolumeContent content, IProgress<double>? progress)
{
    private long taken;

    /// <summary>Fills the piece; it is left unfilled only at the end.</summary>
    public async Task<int> ReadAsync(Memory<byte> piece, CancellationToken abandoned)
    {
        var read = 0;
        try
        {
            // A stream that does not listen to the token is left to itself.
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
