using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kiroku.Processes;

/// <summary>
/// A process that need not be our child: its id together with its start time, because an id alone may be another's by
/// now.
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

    /// <summary>The process of that id; null if there is none.</summary>
    public static RunningProcess? Find(int id)
        => ReadStartTime(id) is { } started ? new RunningProcess(id, started) : null;

    public bool IsRunning => ReadStartTime(Id) == StartTime;

    /// <summary>What it holds in memory, in KiB (VmRSS).</summary>
    public long ReadResidentMemory() => long.Parse(ReadStatus("VmRSS"), CultureInfo.InvariantCulture);

    /// <summary>Whether it does something of its own when it gets that signal; most would end it.</summary>
    public bool Handles(int signal)
        => (ulong.Parse(ReadStatus("SigCgt"), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (
            signal - 1) & 1) == 1;

    /// <summary>Whether it acts with that account's rights alone, and cannot take back any others.</summary>
    public bool BelongsTo(uint account) =>
        ReadStatusLine("Uid").All(user => user == account.ToString(CultureInfo.InvariantCulture));

    /// <exception cref="UnauthorizedAccessException">It is not ours.</exception>
    public void Send(int signal)
    {
        // Held first and looked at then: what is held cannot become another process in between.
        var held = (int)OpenProcess(ProcessOpen, Id, 0);
        if (held < 0 && Marshal.GetLastPInvokeError() == NoSuchProcess) return;
        using var descriptor = new SafeFileHandle(held, ownsHandle: true);
        if (!IsRunning || Deliver(held, signal) == 0 || !IsRunning) return;
        throw new UnauthorizedAccessException(
            $"Process {Id} cannot be told to end: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Asks it to end, and kills it when it has not after <paramref name="grace"/>.</summary>
    /// <exception cref="UnauthorizedAccessException">It is not ours to end.</exception>
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

    // A kernel, or a container's filter, may be without descriptors of processes.
    private int Deliver(int held, int signal)
        => held < 0 ? Signal(Id, signal) : (int)SendSignal(ProcessSignal, held, signal, 0, 0);

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

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint OpenProcess(nint call, nint process, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SendSignal(nint call, nint held, nint signal, nint details, nint flags);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
