using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kiroku.Processes;

/// <summary>
/// A process, which need not be our child. Its start time is kept together with its id, because the system may reuse
/// the id.
/// </summary>
internal sealed partial record RunningProcess(int Id, string StartTime)
{
    /// <summary>SIGUSR1.</summary>
    public const int Drain = 10;

    private const int Terminate = 15;
    private const int Kill = 9;
    private const int NoSuchProcess = 3;

    /// <summary>pidfd_open and pidfd_send_signal, which have no function of their own in older libraries.</summary>
    private const int ProcessOpen = 434;
    private const int ProcessSignal = 424;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The process with that id; null if there is none.</summary>
    public static RunningProcess? Find(int id)
        => ReadStartTime(id) is { } started ? new RunningProcess(id, started) : null;

    public bool IsRunning => ReadStartTime(Id) == StartTime;

    /// <summary>The process's resident memory in KiB (VmRSS).</summary>
    public long ReadResidentMemory() => long.Parse(ReadStatus("VmRSS"), CultureInfo.InvariantCulture);

    /// <summary>Whether the process handles the signal itself. Most signals would otherwise end it.</summary>
    public bool Handles(int signal)
        => (ulong.Parse(ReadStatus("SigCgt"), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (
            signal - 1) & 1) == 1;

    /// <summary>Whether the process has only that account's rights and cannot regain others.</summary>
    public bool BelongsTo(uint account) =>
        ReadStatusLine("Uid").All(user => user == account.ToString(CultureInfo.InvariantCulture));

    /// <exception cref="UnauthorizedAccessException">The process belongs to another account.</exception>
    public void Send(int signal)
    {
        // Open the descriptor first, then check: from then on it cannot come to mean another process.
        var held = (int)OpenProcess(ProcessOpen, Id, 0);
        if (held < 0 && Marshal.GetLastPInvokeError() == NoSuchProcess) return;
        using var descriptor = new SafeFileHandle(held, ownsHandle: true);
        if (!IsRunning || Deliver(held, signal) == 0 || !IsRunning) return;
        throw new UnauthorizedAccessException(
            $"Process {Id} cannot be told to end: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Asks the process to end, and kills it if it has not ended after <paramref name="grace"/>.</summary>
    /// <exception cref="UnauthorizedAccessException">The process belongs to another account.</exception>
    public async Task EndAsync(TimeSpan grace, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var signal in new[] { Terminate, Kill })
        {
            Send(signal);
            var began = time.GetTimestamp();
            while (IsRunning && time.GetElapsedTime(began) < grace)
                await Task.Delay(LookInterval, time, cancellationToken);
        }
    }

    private string ReadStatus(string key) => ReadStatusLine(key)[0];

    private string[] ReadStatusLine(string key)
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith($"{key}:", StringComparison.Ordinal));
        return line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1..];
    }

    // Process descriptors may be missing from an old kernel, or blocked by a container's filter.
    private int Deliver(int held, int signal)
        => held < 0 ? Signal(Id, signal) : (int)SendSignal(ProcessSignal, held, signal, 0, 0);

    // The start time is field 22. Field 2 is the command in brackets and may hold anything, so counting begins after
    // it. A zombie counts as ended.
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

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint OpenProcess(nint call, nint process, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SendSignal(nint call, nint held, nint signal, nint details, nint flags);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
