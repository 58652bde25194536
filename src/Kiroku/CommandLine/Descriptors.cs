using System.Globalization;
using System.Runtime.InteropServices;

namespace Kiroku.CommandLine;

/// <summary>
/// The number of files and connections that this process may have open. It is checked at the start, before anything
/// fails for lack of them, and limits connections so that the store and the hypervisor have enough. The runtime has
/// already raised the soft limit to the hard one.
/// </summary>
internal static partial class Descriptors
{
    /// <summary>The number of descriptors that the service needs without any connection, with a margin of as many
    /// again.</summary>
    private const int OwnNeed = 512;

    private const int Least = 2 * OwnNeed;
    private const int OpenFiles = 7;

    /// <summary>The most connections at a time. Each may need a second descriptor, for an image's file.</summary>
    public static long Connections => Math.Max(OwnNeed / 2, (Limit - OwnNeed) / 2);

    private static long Limit
        => GetLimit(OpenFiles, out var limit) == 0 && limit.Soft < int.MaxValue ? (long)limit.Soft : int.MaxValue;

    /// <summary>Why the service cannot run with this limit; null if it can.</summary>
    public static string? Shortage() => Limit >= Least ? null : string.Create(
        CultureInfo.InvariantCulture, $"this process may open {Limit} files and connections, and takes at least "
            + $"{Least}: see ulimit -Hn, or LimitNOFILE= of its unit.");

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    /// <summary>struct rlimit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ResourceLimit
    {
        public readonly ulong Soft;
        public readonly ulong Hard;
    }
}
