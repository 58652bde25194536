using System.Diagnostics;
using System.Net.Sockets;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>
/// A libvirtd that belongs to one data folder: started when there is none, found again by later processes, and outliving
/// each of them, so that its machines run on while the service is replaced.
/// </summary>
internal sealed partial class PrivateLibvirtd(
    string dataFolder, string account, LibvirtOptions options, TimeProvider time, ILogger logger)
{
    public const string Starting = "start the private libvirtd";

    private const int ParallelCalls = 16;
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private readonly PrivateFolders folders = new(dataFolder);

    /// <summary>True where a daemon was started in this data folder before.</summary>
    public bool IsUsed => File.Exists(folders.DaemonSettings);

    public RunningProcess? Process => DaemonProcess.Find(folders.ProcessFile, folders.DaemonSettings);

    /// <summary>Sees to it that the daemon runs and answers.</summary>
    public async Task<LibvirtAddress> EnsureAsync(CancellationToken cancellationToken)
    {
        if (await FindRunningAsync(cancellationToken)) return new LibvirtAddress(folders.Uri, ParallelCalls);
        var user = DaemonAccount.Find(account);
        var command = FindCommand();
        Prepare(user);
        if (user is not null) await user.RequireReachAsync(folders.RealRoot, cancellationToken);
        await StartAsync([.. user?.CommandPrefix ?? [], .. command], cancellationToken);
        await WaitUntilReadyAsync(cancellationToken);
        return new LibvirtAddress(folders.Uri, ParallelCalls);
    }

    /// <summary>Switches the folder's machines off, by force, and ends its daemon; what it keeps stays.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Process is null && !HasMachinesRunning()) return;
        var address = await EnsureAsync(cancellationToken);
        await DestroyMachinesAsync(address, cancellationToken);
        if (Process is { } process) await process.EndAsync(EndTimeout, time, cancellationToken);
        if (folders.NeedsAlias) File.Delete(folders.Root);
    }

    private async Task DestroyMachinesAsync(LibvirtAddress address, CancellationToken cancellationToken)
    {
        using var threads = new CallThreads();
        var destroy = threads.RunAsync(
            () =>
            {
                using var session = Session.Open(address.Uri, options, new DeafListener());
                foreach (var machine in Domains.List(session).Keys) Domains.Destroy(session, machine);
                return true;
            },
            cancellationToken);
        try
        {
            await destroy.WaitAsync(options.StartTimeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or LibvirtException)
        {
            throw new HypervisorException(HypervisorFailure.Failed, "switch the machines off", exception.Message, exception);
        }
    }

    // A daemon that was killed leaves its machines running; only a daemon ends them properly.
    private bool HasMachinesRunning() =>
        Directory.Exists(folders.RunningMachines) && Directory.EnumerateFiles(folders.RunningMachines, "*.xml").Any();

    private void Prepare(DaemonAccount? user)
    {
        Directory.CreateDirectory(folders.RealRoot);
        folders.MakeAlias();
        foreach (var folder in folders.OwnedByAccount(options))
        {
            Directory.CreateDirectory(folder);
            user?.Own(folder);
            // Guests' disks and consoles are nobody else's to read.
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllText(folders.DaemonSettings, DaemonSettings());
        File.WriteAllText(folders.MachineSettings, MachineSettings);
    }

    private async Task StartAsync(string[] command, CancellationToken cancellationToken)
    {
        // In a session of its own and without our files, so that nothing that ends us ends it.
        var start = new ProcessStartInfo("setsid", ["--fork", "sh", "-c", "umask 022; cd /; exec \"$@\" </dev/null >\"$0\" 2>&1"])
        {
            UseShellExecute = false,
        };
        start.ArgumentList.Add(folders.Output);
        foreach (var word in command) start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var (name, value) in Surroundings()) start.Environment[name] = value;
        using var starter = System.Diagnostics.Process.Start(start)!;
        await starter.WaitForExitAsync(cancellationToken);
        LogStarted(folders.RealRoot);
    }

    // One that was just killed looks alive for a moment, so its process is looked at again and again.
    private async Task<bool> FindRunningAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (Process is not null)
        {
            if (await AnswersAsync(cancellationToken)) return true;
            await WaitABitAsync(began, cancellationToken);
        }

        return false;
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!await AnswersAsync(cancellationToken)) await WaitABitAsync(began, cancellationToken);
    }

    private Task WaitABitAsync(long began, CancellationToken cancellationToken) =>
        time.GetElapsedTime(began) < ReadyTimeout
            ? Task.Delay(LookInterval, time, cancellationToken)
            : throw new HypervisorException(
                HypervisorFailure.Unavailable, Starting, $"it does not answer: {ReadComplaint()}");

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        if (Process is null) return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(folders.Socket), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string ReadComplaint()
    {
        var lines = new[] { folders.Output, folders.Log }.Where(File.Exists).SelectMany(File.ReadLines).TakeLast(3);
        return string.Join(" | ", lines);
    }

    /// <summary>For a daemon that is only told to switch machines off.</summary>
    private sealed class DeafListener : ISessionListener
    {
        public void MachineChanged(MachineChange change)
        {
        }

        public void SessionClosed(Session session)
        {
        }
    }

    [LoggerMessage(LogLevel.Information, "Started a private libvirtd under {Folder}.")]
    private partial void LogStarted(string folder);
}
