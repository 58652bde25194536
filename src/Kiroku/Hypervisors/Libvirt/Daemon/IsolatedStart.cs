using System.Diagnostics;
using System.Globalization;
using Kiroku.Hypervisors.Libvirt.Accounts;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>
/// Starts the daemon as root of a user namespace: outside it has no more rights than its account, inside it may give
/// each machine an account of its own.
/// </summary>
internal sealed class IsolatedStart
{
    private const string Wait = "printf 'ready\\n'; read -r go; exec sh -c \"$0\" sh \"$@\"";
    private const string Enter
        = "cd /; exec setsid --fork setpriv --reuid=0 --regid=0 --init-groups --inh-caps=-all -- \"$@\""
        + " </dev/null >&3 2>&1 3>&-";

    private static readonly string Script = ReadScript();

    private readonly PrivateFolders folders;
    private readonly DaemonAccount user;
    private readonly UidRange range;

    private IsolatedStart(PrivateFolders folders, DaemonAccount user, int? @namespace, UidRange range)
        => (this.folders, this.user, Namespace, this.range) = (folders, user, @namespace, range);

    /// <summary>The process whose namespace is to be joined; null where one is to be made.</summary>
    private int? Namespace { get; }

    /// <exception cref="HypervisorException">The user ids that machines would run as are taken.</exception>
    public static IsolatedStart Prepare(PrivateFolders folders, DaemonAccount user, uint firstUid)
    {
        var found = FindNamespace(folders, user);
        var range = found?.Range ?? UidRangeChoice.Choose(folders, firstUid);
        return new IsolatedStart(folders, user, found?.Process, range);
    }

    /// <summary>
    /// A process in the namespace that machines run in, and their ids; null when none of them runs any more.
    /// </summary>
    public static (int Process, UidRange Range)? FindNamespace(PrivateFolders folders, DaemonAccount user)
    {
        foreach (var process in folders.ReadMachineProcesses())
        {
            // The account may have led us to any process; we go there with the account's rights alone.
            if (IdMap.Read(process) is [(0, var owner, 1), (1, var first, UidRange.Count)] && owner == user.User
                // A process of another data folder, with an id that was one of this folder's before the host started
                // again, sees other folders.
                && Directory.Exists($"/proc/{process}/root{folders.RealRoot}"))
                return (process, new UidRange(first));
        }
        return null;
    }

    /// <summary>
    /// Gives the account the files of a folder that have the ids of another range, where no machine of this one runs.
    /// </summary>
    public void Reclaim(string folder)
    {
        if (Namespace is null)
            ReclaimedFiles.Take(folder, user, range);
    }

    /// <summary>
    /// Runs the command in the namespace, in the background; returns the complaint, or null if there is none.
    /// </summary>
    public async Task<string?> RunAsync(
        string[] command, IReadOnlyDictionary<string, string> surroundings, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Describe(command, surroundings))!;
        var complaint = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            // A namespace that was made says so, and waits to be told which ids its own stand for.
            if (await process.StandardOutput.ReadLineAsync(cancellationToken) == "ready")
            {
                WriteMaps(process.Id);
                await process.StandardInput.WriteLineAsync();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            process.Kill();
            return e.Message;
        }
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? null : (await complaint).Trim().ReplaceLineEndings(" ");
    }

    private ProcessStartInfo Describe(string[] command, IReadOnlyDictionary<string, string> surroundings)
    {
        // The command first drops to the account's rights: processes in the namespace have power over any that enter
        // with more.
        var start = new ProcessStartInfo(
            "sh", ["-c", "umask 022; exec 3>>\"$0\"; exec \"$@\"", folders.Output, .. user.CommandPrefix])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in Namespace is { } process ? Joining(process) : Making())
            start.ArgumentList.Add(word);
        foreach (var word in command)
            start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var (name, value) in surroundings)
            start.Environment[name] = value;
        start.Environment["ALIAS"] = folders.Root;
        return start;
    }

    private static string[] Joining(int process) =>
    [
        "nsenter", "--target", Text(process), "--user", "--mount", "--setuid", "0", "--setgid", "0", "--",
        "sh", "-c", Enter, "sh",
    ];

    private string[] Making() =>
    [
        // Where nobody may gain rights (systemd's NoNewPrivileges), those that are given up now would not come back.
        "unshare", "--user", "--mount", "--keep-caps", "--", "sh", "-c", Wait, Script,
        folders.DataFolder, Text(UidRange.Count), user.KvmGroup is null ? "" : Text(UidRange.Count + 1),
    ];

    private void WriteMaps(int process)
    {
        File.WriteAllText($"/proc/{process}/uid_map", $"0 {user.User} 1\n1 {range.First} {UidRange.Count}\n");
        var kvm = user.KvmGroup is { } group ? $"{UidRange.Count + 1} {group} 1\n" : "";
        File.WriteAllText($"/proc/{process}/gid_map", $"0 {user.Group} 1\n1 {range.First} {UidRange.Count}\n{kvm}");
    }

    private static string ReadScript()
    {
        var assembly = typeof(IsolatedStart).Assembly;
        using var script = assembly.GetManifestResourceStream(typeof(IsolatedStart), "private-root.sh")!;
        using var reader = new StreamReader(script);
        return reader.ReadToEnd();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
