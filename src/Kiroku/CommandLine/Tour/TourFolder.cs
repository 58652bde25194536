using System.Security.Cryptography;

namespace Kiroku.CommandLine.Tour;

/// <summary>
/// A fresh data folder with a short name, for sockets lie in it. It may be passed through: machines of root's run as
/// another account. Not below /tmp, which may be small, or memory.
/// </summary>
internal static class TourFolder
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static string Create()
    {
        var parent = Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } chosen
            ? Path.GetFullPath(chosen) : "/var/tmp";
        var folder = Path.Combine(parent, $"kiroku-tour-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
        try
        {
            Directory.CreateDirectory(folder).UnixFileMode = Passable;
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"no data folder can be made in {parent}: {e.Message}", e);
        }
    }
}
