using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>
/// A daemon that may outlive us, found again by its process id. The id alone could be another's by now; that process's
/// command line, naming our own settings file, could not.
/// </summary>
internal sealed partial record DaemonProcess(int Id, string StartTime)
{
    private const int Terminate = 15;
    private const int Kill = 9;

    public static DaemonProcess? Find(string processFile, string settingsFile)
    {
        try
        {
            var id = int.Parse(File.ReadAllText(processFile), CultureInfo.InvariantCulture);
            var arguments = File.ReadAllText($"/proc/{id}/cmdline", Encoding.UTF8).Split('\0');
            return arguments.Contains(settingsFile) && ReadStartTime(id) is { } started
                ? new DaemonProcess(id, started)
                : null;
        }
        catch (Exception exception) when (exception is IOException or FormatException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public bool IsRunning => ReadStartTime(Id) == StartTime;

    public async Task EndAsync(TimeSpan grace, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var signal in new[] { Terminate, Kill })
        {
            if (IsRunning) _ = Signal(Id, signal);
            var began = time.GetTimestamp();
            while (IsRunning && time.GetElapsedTime(began) < grace)
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }
    }

    // Field 22; the second is a name in brackets that may hold anything. A dead process that nobody collected is gone.
    private static string? ReadStartTime(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
