using System.Globalization;

namespace Kiroku.Nodes;

/// <summary>
/// Reads this host's uptime in the words of the command uptime, as Nova shows them and clients parse them.
/// </summary>
internal static class HostUptime
{
    /// <summary>The type of a signed-in user's record in utmp(5).</summary>
    private const short UserProcess = 7;
    private const int RecordBytes = 384;

    /// <summary>The uptime; null if the machines run on another host, or if this host does not tell.</summary>
    public static string? Read(ServiceSettings settings, TimeProvider time)
    {
        if (settings.Hypervisor is { } uri && Uri.TryCreate(uri, UriKind.Absolute, out var parsed)
            && parsed.Host.Length > 0)
            return null;
        try
        {
            return Read(time.GetLocalNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Read(DateTimeOffset now)
    {
        var seconds = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        var load = File.ReadAllText("/proc/loadavg").Split(' ');
        var up = TimeSpan.FromSeconds(seconds);
        var days = up.Days switch { 0 => "", 1 => "1 day, ", var many => $"{many} days, " };
        var hours = up.Hours > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{up.Hours,2}:{up.Minutes:00}")
            : $"{up.Minutes} min";
        var users = CountUsers("/run/utmp") switch { 1 => "1 user", var many => $"{many} users" };
        return string.Create(CultureInfo.InvariantCulture,
            $" {now:HH:mm:ss} up {days}{hours},  {users},  load average: {load[0]}, {load[1]}, {load[2]}");
    }

    private static int CountUsers(string file) => File.Exists(file)
        ? File.ReadAllBytes(file).Chunk(RecordBytes)
            .Count(record => record.Length == RecordBytes && BitConverter.ToInt16(record) == UserProcess) : 0;
}
