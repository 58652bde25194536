using System.Globalization;

namespace Kiroku.Hosts;

/// <summary>How long this host is up, in the words of its own command of that name, which is what Nova shows.</summary>
internal static class HostUptime
{
    /// <summary>Null where the machines run on another host, or this one does not say.</summary>
    public static string? Read(ServiceSettings settings)
    {
        if (settings.Hypervisor is { } uri && Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Host.Length > 0)
            return null;
        if (!File.Exists("/proc/uptime") || !File.Exists("/proc/loadavg"))
            return null;
        var seconds = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        var load = File.ReadAllText("/proc/loadavg").Split(' ');
        var up = TimeSpan.FromSeconds(seconds);
        var days = up.Days switch { 0 => "", 1 => "1 day, ", var many => $"{many} days, " };
        var clock = up.Hours > 0 ? string.Create(CultureInfo.InvariantCulture, $"{up.Hours,2}:{up.Minutes:00}") : $"{up.Minutes} min";
        return $" up {days}{clock},  load average: {load[0]}, {load[1]}, {load[2]}";
    }
}
