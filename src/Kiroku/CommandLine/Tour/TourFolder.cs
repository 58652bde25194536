using System.Security.Cryptography;

namespace Kiroku.CommandLine.Tour;

/// <summary>
/// Makes a fresh data folder. Its name is short because sockets lie in it, and other accounts may pass through it
/// because root's machines run under another account. It is not in /tmp, which may be small or in memory.
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
