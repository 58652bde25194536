namespace Kiroku.CommandLine;

/// <summary>
/// Makes sure that no other account can write in a data folder. Such an account could replace any file that we write
/// by a link, and name any process as the one to end.
/// </summary>
internal static class DataFolderOwner
{
    private const uint Root = 0;

    /// <exception cref="UsageException">Another account can write there.</exception>
    public static void Require(string path)
    {
        if (FileStatus.OfItself(path) is { IsLink: true } link) RequireOwner(path, link);
        using var folder = ForeignFolder.Open(path);
        var status = FileStatus.Of(path);
        RequireOwner(path, status);
        if (status.Permissions.HasFlag(UnixFileMode.OtherWrite)
            || (status.Permissions.HasFlag(UnixFileMode.GroupWrite) && status.Group != FileStatus.SelfGroup))
        {
            throw new UsageException(
                $"others may write in the data folder {path}, and so put links in place of its files: chmod go-w "
                    + $"{path}");
        }
        if (Environment.IsPrivilegedProcess) RequireAbove(path, Path.GetDirectoryName(folder.RealPath));
    }

    // Whoever can rename a parent folder could put another folder in place of the data folder.
    private static void RequireAbove(string path, string? above)
    {
        for (; above is not null; above = Path.GetDirectoryName(above))
        {
            var status = FileStatus.Of(above);
            RequireOwner(above, status);
            if ((status.Permissions & (UnixFileMode.OtherWrite | UnixFileMode.StickyBit)) == UnixFileMode.OtherWrite)
            {
                throw new UsageException(
                    $"others may write in {above}, and so put another folder in the place of {path}: choose another "
                        + "data folder");
            }
        }
    }

    private static void RequireOwner(string path, FileStatus status)
    {
        if (status.Owner != Root && status.Owner != FileStatus.Self)
        {
            throw new UsageException(
                $"{path} belongs to another account (number {status.Owner}), which could put links in place of the "
                    + "service's files: "
                + "make it your own (chown), run Kiroku as that account, or choose another data folder");
        }
    }
}
