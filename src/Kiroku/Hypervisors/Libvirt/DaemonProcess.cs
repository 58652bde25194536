using System.Globalization;
using System.Text;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>
/// Finds a daemon that outlived its starter by its process id. The id alone could be another's by now; that process's
/// command line, naming our own settings file, could not.
/// </summary>
internal static class DaemonProcess
{
    public static RunningProcess? Find(string processFile, string settingsFile)
    {
        try
        {
            var id = int.Parse(File.ReadAllText(processFile), CultureInfo.InvariantCulture);
            var arguments = File.ReadAllText($"/proc/{id}/cmdline", Encoding.UTF8).Split('\0');
            return arguments.Contains(settingsFile) ? RunningProcess.Find(id) : null;
        }
        catch (Exception exception) when (exception is IOException or FormatException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
