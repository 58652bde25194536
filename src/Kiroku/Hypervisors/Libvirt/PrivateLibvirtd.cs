using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;

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
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ComplaintBytes = 4096;
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(2);

    private readonly PrivateFolders folders = new(dataFolder);

    /// <summary>True where a daemon was started in this data folder before.</summary>
    public bool IsUsed => File.Exists(folders.DaemonSettings);

    public RunningProcess? Process => DaemonProcess.Find(folders);

    /// <summary>Sees to it that the daemon runs and answers.</summary>
    public Task<LibvirtAddress> EnsureAsync(CancellationToken cancellationToken) => EnsureAsync(mayMove: true, cancellationToken);

    private async Task<LibvirtAddress> EnsureAsync(bool mayMove, CancellationToken cancellationToken)
    {
        var running = await FindRunningAsync(cancellationToken) ? Process : null;
        if (running is not null && (IsIsolated(running) || !mayMove))
            return Address();
        var user = DaemonAccount.Find(account);
        if (running is not null && FindObstacle(user) is not null)
        {
            SayThatAllShare(user);
            return Address();
        }
        var command = FindCommand();
        Prepare(user);
        if (user is not null)
            await user.RequireReachAsync(folders.RealRoot, cancellationToken);
        // Two that start one at the same time would each take the other's machines for what a dead host left.
        using var turn = await TakeTurnAsync(cancellationToken);
        running = await FindRunningAsync(cancellationToken) ? Process : null;
        if (running is not null && IsIsolated(running))
            return Address();
        if (running is not null)
        {
            if (!await CanMoveAsync(user, cancellationToken))
                return Address();
            // Its machines run on while another takes its place.
            await running.EndAsync(EndTimeout, time, cancellationToken);
        }
        await StartAsync(user, command, cancellationToken);
        LogStarted(folders.RealRoot);
        return Address();
    }

    private async Task<FileStream> TakeTurnAsync(CancellationToken cancellationToken)
    {
        for (var began = time.GetTimestamp(); ; await WaitABitAsync(began, cancellationToken))
        {
            try
            {
                // Whoever may read it could hold it in our place.
                if (File.Exists(folders.Turn))
                    File.SetUnixFileMode(folders.Turn, OwnersAlone);
                return new FileStream(folders.Turn, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = OwnersAlone,
                });
            }
            catch (IOException) when (File.Exists(folders.Turn))
            {
            }
        }
    }

    /// <summary>Switches the folder's machines off, by force, and ends its daemon; what it keeps stays.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A daemon that was killed leaves its machines running; only a daemon ends them properly.
        if (Process is null && !folders.HasNotesOfMachines())
            return;
        using var address = await EnsureAsync(mayMove: false, cancellationToken);
        await DestroyMachinesAsync(address, cancellationToken);
        if (Process is { } process)
            await process.EndAsync(EndTimeout, time, cancellationToken);
        if (folders.NeedsAlias)
            File.Delete(folders.Root);
    }

    private async Task DestroyMachinesAsync(LibvirtAddress address, CancellationToken cancellationToken)
    {
        using var threads = new CallThreads();
        var destroy = threads.RunAsync(
            () =>
            {
                using var session = Session.Open(address, options, new DeafListener());
                foreach (var machine in Domains.List(session).Keys)
                    Domains.Destroy(session, machine);
                return true;
            },
            cancellationToken);
        try
        {
            await destroy.WaitAsync(options.StartTimeout, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or LibvirtException)
        {
            throw new HypervisorException(HypervisorFailure.Failed, "switch the machines off", e.Message, e);
        }
    }

    private SafeFileHandle OpenSocket()
    {
        try
        {
            using var runtime = ForeignFolder.Open(folders.Runtime);
            return runtime.OpenSocket(PrivateFolders.Socket);
        }
        catch (IOException e)
        {
            throw new HypervisorException(HypervisorFailure.Unavailable, Starting, e.Message, e);
        }
    }

    private void Prepare(DaemonAccount? user)
    {
        try
        {
            folders.Make(user, options, user is null ? null : IsolatedStart.FindNamespace(folders, user)?.Range.First);
            folders.MakeAlias();
            PrivateFolders.Replace(folders.DaemonSettings, DaemonSettings());
            PrivateFolders.Replace(folders.MachineSettings, MachineSettings);
        }
        catch (ForeignFileException e)
        {
            throw new HypervisorException(HypervisorFailure.Unavailable, Starting, e.Message, e);
        }
    }

    private async Task StartAsync(string[] command, CancellationToken cancellationToken)
    {
        // In a session of its own and without our files, so that nothing that ends us ends it.
        var start = new ProcessStartInfo("setsid", ["--fork", "sh", "-c", "umask 022; cd /; exec \"$@\" </dev/null >>\"$0\" 2>&1"])
        {
            UseShellExecute = false,
        };
        start.ArgumentList.Add(folders.Output);
        foreach (var word in command)
            start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var (name, value) in Surroundings())
            start.Environment[name] = value;
        using var starter = System.Diagnostics.Process.Start(start)!;
        await starter.WaitForExitAsync(cancellationToken);
    }

    /// <summary>
    /// One that was just killed looks alive for a moment, so its process is looked at again and again.
    /// </summary>
    private async Task<bool> FindRunningAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (Process is not null)
        {
            if (await AnswersAsync(cancellationToken))
                return true;
            await WaitABitAsync(began, cancellationToken);
        }
        return false;
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!await AnswersAsync(cancellationToken))
            await WaitABitAsync(began, cancellationToken);
    }

    private Task WaitABitAsync(long began, CancellationToken cancellationToken)
        => time.GetElapsedTime(began) < ReadyTimeout
            ? Task.Delay(LookInterval, time, cancellationToken)
            : throw new HypervisorException(
                HypervisorFailure.Unavailable, Starting, $"it does not answer: {ReadComplaint()}");

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        if (Process is null)
            return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var place = OpenSocket();
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(ForeignFolder.PathOf(place)), cancellationToken);
            return true;
        }
        catch (Exception e) when (e is SocketException or HypervisorException)
        {
            return false;
        }
    }

    private string ReadComplaint()
    {
        using var output = File.OpenHandle(folders.Output, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        var end = new byte[ComplaintBytes];
        var read = RandomAccess.Read(output, end, Math.Max(0, RandomAccess.GetLength(output) - end.Length));
        var lines = Encoding.UTF8.GetString(end, 0, read).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(" | ", lines.TakeLast(3));
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
