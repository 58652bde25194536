using System.Diagnostics;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <content>The part that starts the daemon.</content>
internal sealed partial class PrivateLibvirtd
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// A shell that removes the empty folders which libvirt made for accounts of machines, before it runs the command:
    /// they are those accounts', and libvirt makes them again.
    /// </summary>
    private const string WithoutFoldersOfMachines
        = "rmdir \"$XDG_RUNTIME_DIR\"/libvirt/qemu/run/*/ 2>/dev/null; exec \"$@\"";

    /// <summary>
    /// Starts the daemon so that each machine can have an account of its own; where that fails it says why, and starts
    /// it so that all share one.
    /// </summary>
    private async Task StartAsync(DaemonAccount? user, string[] command, CancellationToken cancellationToken)
    {
        if (user is not null && await StartIsolatedAsync(user, command, cancellationToken))
            return;
        SayThatAllShare(user);
        // Machines may have had their own accounts before, and left files when the host went down. Those go to the
        // shared account.
        foreach (var folder in user is null ? [] : new[] { options.VolumesFolder, options.ConsolesFolder })
            ReclaimedFiles.Take(folder, user!, inUse: null);
        PrivateFolders.Replace(folders.MachineSettings, DaemonSettings.OfMachines);
        string[] prefix = user is null ? [] : [.. user.CommandPrefix, "sh", "-c", WithoutFoldersOfMachines, "sh"];
        await StartAsync([.. prefix, .. command], cancellationToken);
        await WaitUntilReadyAsync(cancellationToken);
    }

    private async Task StartAsync(string[] command, CancellationToken cancellationToken)
    {
        // The daemon gets a session of its own and none of our open files, so that nothing that ends us ends it.
        var start = new ProcessStartInfo(
            "setsid", ["--fork", "sh", "-c", "umask 022; cd /; exec \"$@\" </dev/null >>\"$0\" 2>&1"])
        {
            UseShellExecute = false,
        };
        start.ArgumentList.Add(folders.Output);
        foreach (var word in command)
            start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var (name, value) in DaemonSettings.Surroundings(folders))
            start.Environment[name] = value;
        using var starter = System.Diagnostics.Process.Start(start)!;
        await starter.WaitForExitAsync(cancellationToken);
    }

    private async Task<FileStream> TakeTurnAsync(CancellationToken cancellationToken)
    {
        for (var began = time.GetTimestamp(); ; await WaitABitAsync(began, cancellationToken))
        {
            try
            {
                // Whoever may read the file could hold its lock in our place.
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

    private void Prepare(DaemonAccount? user)
    {
        try
        {
            folders.Make(user, options, user is null ? null : IsolatedStart.FindNamespace(folders, user)?.Range.First);
            folders.MakeAlias();
            PrivateFolders.Replace(folders.DaemonSettings, DaemonSettings.OfDaemon(folders));
            PrivateFolders.Replace(folders.MachineSettings, DaemonSettings.OfMachines);
        }
        catch (ForeignFileException e)
        {
            throw StartFailure.Of(e.Message, e);
        }
    }
}
