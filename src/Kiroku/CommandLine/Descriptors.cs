using System.Globalization;
using System.Runtime.InteropServices;

namespace Kiroku.CommandLine;

/// <summary>
/// How many files and connections this process may have open at once: asked before anything breaks for want of them,
/// and shared out so that connections leave enough to the store and the hypervisor. The runtime has raised the soft
/// limit to the hard one by now.
/// </summary>
internal static partial class Descriptors
{
    /// <summary>What the service takes with nobody connected, and twice that.</summary>
    private const int OwnNeed = 512;

    private const int Least = 2 * OwnNeed;
    private const int OpenFiles = 7;

    /// <summary>
    /// Connections that may be open at once: each may need a second descriptor, for an image's bytes.
    /// </summary>
    public static long Connections => Math.Max(OwnNeed / 2, (Limit - OwnNeed) / 2);

    private static long Limit
        => GetLimit(OpenFiles, out var limit) == 0 && limit.Soft < int.MaxValue ? (long)limit.Soft : int.MaxValue;

    /// <summary>Why the service cannot be run; null if it can.</summary>
    public static string? Lack() => Limit >= Least ? null : string.Create(
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
