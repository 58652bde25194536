using System.Globalization;
using System.Text;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>
/// Finds a daemon that outlived its starter by its process id, which its account may have written as it likes: the
/// process has to be that account's, and its command line to name our own settings file.
/// </summary>
internal static class DaemonProcess
{
    private const int LongestId = 16;

    public static RunningProcess? Find(PrivateFolders folders)
    {
        try
        {
            using var folder = ForeignFolder.Open(folders.Runtime);
            var id = int.Parse(folder.ReadText(PrivateFolders.ProcessFile, LongestId), CultureInfo.InvariantCulture);
            return RunningProcess.Find(id) is { } found
                && found.BelongsTo(folder.Owner) && Names(found, folders.DaemonSettings)
                ? found : null;
        }
        catch (Exception e)
            when (e is IOException or FormatException or OverflowException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Names(RunningProcess process, string settingsFile)
        => File.ReadAllText($"/proc/{process.Id}/cmdline", Encoding.UTF8).Split('\0').Contains(settingsFile);
}
