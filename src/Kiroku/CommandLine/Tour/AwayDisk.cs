namespace Kiroku.CommandLine.Tour;

/// <summary>A server's disk file that is away, as one of a storage with trouble, until this is disposed of.</summary>
internal sealed class AwayDisk : IDisposable
{
    private readonly string place;
    private readonly string away;

    /// <param name="folder">The service's data folder.</param>
    /// <param name="server">The server's id.</param>
    /// <exception cref="TourException">There is not exactly one such file, or it cannot be moved.</exception>
    public AwayDisk(string folder, string server)
    {
        try
        {
            var found = Directory.GetFiles(Path.Combine(folder, "volumes"), $"disk-{server}-*");
            if (found is not [var disk])
                throw new TourException($"expected one disk of the server, came {found.Length}");
            (place, away) = (disk, Path.Combine(folder, Path.GetFileName(disk)));
            File.Move(place, away);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TourException($"expected to move the server's disk away, came {e.Message}");
        }
    }

    /// <summary>Puts it back, once.</summary>
    public void Dispose()
    {
        if (File.Exists(away))
            File.Move(away, place);
    }
}
