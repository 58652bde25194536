using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>
/// A libvirtd that belongs to one data folder: started when there is none, found again by later processes, and
/// outliving each of them, so that its machines run on while the service is replaced.
/// </summary>
internal sealed partial class PrivateLibvirtd(
    string dataFolder, string account, LibvirtOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private readonly PrivateFolders folders = new(dataFolder);

    /// <summary>True where a daemon was started in this data folder before.</summary>
    public bool IsUsed => File.Exists(folders.DaemonSettings);

    public RunningProcess? Process => DaemonProcess.Find(folders);

    /// <summary>Starts the daemon if it does not run, and waits until it answers.</summary>
    public Task<LibvirtAddress> EnsureAsync(CancellationToken cancellationToken)
        => EnsureAsync(mayMove: true, cancellationToken);

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
        var command = DaemonSettings.FindCommand(folders);
        Prepare(user);
        if (user is not null)
            await user.RequireReachAsync(folders.RealRoot, cancellationToken);
        // Two processes that start a daemon at the same time would each take the other's machines for leftovers of a
        // dead host.
        using var turn = await TakeTurnAsync(cancellationToken);
        running = await FindRunningAsync(cancellationToken) ? Process : null;
        if (running is not null && IsIsolated(running))
            return Address();
        if (running is not null)
        {
            if (!await CanMoveAsync(user, cancellationToken))
                return Address();
            // The machines run on while another daemon takes this one's place.
            await running.EndAsync(EndTimeout, time, cancellationToken);
        }
        await StartAsync(user, command, cancellationToken);
        LogStarted(folders.RealRoot);
        return Address();
    }

    /// <summary>Switches the folder's machines off, by force, and ends its daemon; all files stay.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A daemon that was killed leaves its machines running; only a daemon ends them properly.
        if (Process is null && !folders.HasNotesOfMachines())
            return;
        await DestroyMachinesAsync(cancellationToken);
        if (Process is { } process)
            await process.EndAsync(EndTimeout, time, cancellationToken);
        if (folders.NeedsAlias)
            File.Delete(folders.Root);
    }

    /// <summary>Switches the machines off. A daemon that ends while it is asked is replaced by another.</summary>
    private async Task DestroyMachinesAsync(CancellationToken cancellationToken)
    {
        var running = Process;
        try
        {
            await DestroyMachinesOnceAsync(cancellationToken);
        }
        catch (HypervisorException) when (running is not null)
        {
            await WaitUntilGoneAsync(cancellationToken);
            if (Process == running)
                throw;
            await DestroyMachinesOnceAsync(cancellationToken);
        }
    }

    private async Task DestroyMachinesOnceAsync(CancellationToken cancellationToken)
    {
        using var address = await EnsureAsync(mayMove: false, cancellationToken);
        try
        {
            await AskAsync(address, DestroyAll, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or LibvirtException)
        {
            throw new HypervisorException(HypervisorFailure.Failed, "switch the machines off", e.Message, e);
        }

        static void DestroyAll(Session session)
        {
            foreach (var machine in DomainLookup.List(session).Keys)
                Domains.Destroy(session, machine);
        }
    }

    /// <summary>Opens a session for one question.</summary>
    private async Task AskAsync(LibvirtAddress address, Action<Session> ask, CancellationToken cancellationToken)
    {
        using var threads = new CallThreads();
        var asked = threads.RunAsync(
            () =>
            {
                using var session = SessionOpener.Open(address, options, new DeafListener());
                ask(session);
                return true;
            },
            cancellationToken);
        await asked.WaitAsync(options.StartTimeout, time, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Started a private libvirtd under {Folder}.")]
    private partial void LogStarted(string folder);
}
