using System.Diagnostics;
using System.Globalization;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>The unprivileged account that a daemon and its machines run as when we are root.</summary>
internal sealed record DaemonAccount(string Name, uint User, uint Group)
{
    /// <summary>The account of that name; null where we are not root, and everything runs as we do.</summary>
    public static DaemonAccount? Find(string name)
    {
        if (!Environment.IsPrivilegedProcess)
            return null;
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            if (line.Split(':') is [var found, _, var user, var group, ..] && found == name)
                return new DaemonAccount(name, Number(user), Number(group));
        }
        throw StartFailure.Of(
            $"there is no account {name} for virtual machines to run as (make one: useradd --system {name})");
    }

    /// <summary>
    /// The group that may use the processor's virtualisation, where the account is in it; null for none.
    /// </summary>
    public uint? KvmGroup
        => File.Exists("/dev/kvm") && FileStatus.Of("/dev/kvm").Group is var group and not 0
            && (group == Group || IsIn(group))
                ? group : null;

    /// <summary>The words before a command that has to run as this account.</summary>
    public string[] CommandPrefix => ["setpriv", $"--reuid={User}", $"--regid={Group}", "--init-groups", "--"];

    /// <summary>
    /// Requires that the account reaches a folder. The system is asked, as every folder above counts.
    /// </summary>
    public async Task RequireReachAsync(string folder, CancellationToken cancellationToken)
    {
        using var probe = Process.Start("setpriv", [.. CommandPrefix[1..], "test", "-x", folder]);
        await probe.WaitForExitAsync(cancellationToken);
        if (probe.ExitCode == 0)
            return;
        throw StartFailure.Of(
            $"the account {Name}, which virtual machines run as, cannot reach {folder}; "
            + "choose a data folder that others may pass through, such as one under /var/lib");
    }

    private bool IsIn(uint group)
        => File.ReadLines("/etc/group").Select(line => line.Split(':'))
            .Any(fields => fields.Length > 3 && fields[2] == $"{group}" && fields[3].Split(',').Contains(Name));

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
}
