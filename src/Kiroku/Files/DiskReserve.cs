namespace Kiroku.Files;

/// <summary>
/// What is left free on a file system by whatever takes much of it, so that the service, its store and its host go on:
/// so many bytes, or a twentieth of the file system, at most 1 GiB.
/// </summary>
internal sealed class DiskReserve(long? bytes = null)
{
    private const long Most = 1L << 30;
    private const int Share = 20;

    /// <summary>Linux's ENOSPC, which .NET hands through as it is.</summary>
    private const int NoSpace = 28;

    public static DiskReserve None { get; } = new(0);

    /// <summary>
    /// What there is for those who leave the reserve alone; below zero where it has been broken into.
    /// </summary>
    public long FreeIn(string folder)
    {
        var (free, kept) = Look(folder);
        return free - kept;
    }

    /// <summary>What is free on the folder's file system and what of that is kept.</summary>
    public (long Free, long Kept) Look(string folder)
    {
        var drive = new DriveInfo(folder);
        return (drive.AvailableFreeSpace, bytes ?? Math.Min(Most, drive.TotalSize / Share));
    }

    /// <exception cref="IOException">As if the file system were full: so much is not there beside the
    /// reserve.</exception>
    public void Require(string folder, long wanted)
    {
        if (bytes != 0 && FreeIn(folder) < wanted)
            throw new IOException("The rest of the file system is kept in reserve.", NoSpace);
    }
}
