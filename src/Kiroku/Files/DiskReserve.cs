namespace Kiroku.Files;

/// <summary>
/// The space that large writes leave free on a file system, so that the service, its store and its host keep working.
/// It is a fixed number of bytes, or else a twentieth of the file system but at most 1 GiB.
/// </summary>
internal sealed class DiskReserve(long? bytes = null)
{
    private const long Most = 1L << 30;
    private const int Share = 20;

    /// <summary>Linux's ENOSPC. .NET passes it on unchanged.</summary>
    private const int NoSpace = 28;

    public static DiskReserve None { get; } = new(0);

    /// <summary>Free bytes outside the reserve; negative when part of the reserve is in use.</summary>
    public long FreeIn(string folder)
    {
        var (free, kept) = Look(folder);
        return free - kept;
    }

    /// <summary>Free bytes on the folder's file system, and how many of them the reserve keeps.</summary>
    public (long Free, long Kept) Look(string folder)
    {
        var drive = new DriveInfo(folder);
        return (drive.AvailableFreeSpace, bytes ?? Math.Min(Most, drive.TotalSize / Share));
    }

    /// <exception cref="IOException">There is not so much space outside the reserve. The error is that of a full file
    /// system.</exception>
    public void Require(string folder, long wanted)
    {
        if (bytes != 0 && FreeIn(folder) < wanted)
            throw new IOException("The rest of the file system is kept in reserve.", NoSpace);
    }
}
