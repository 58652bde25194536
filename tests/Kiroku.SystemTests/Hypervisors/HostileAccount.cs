using System.Diagnostics;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>The account of a private daemon, compromised: it places files wherever it may.</summary>
internal static class HostileAccount
{
    private const string Name = "nobody";

    /// <summary>Runs a script as the account. Commands that are refused to it are skipped.</summary>
    public static Task RunAsync(string script, params string[] arguments) => RunAsAsync(Name, script, arguments);

    private static async Task RunAsAsync(
        string account, string script, params string[] arguments) => await Commands.RunAsync(
        "setpriv",
        [
            "--reuid", account, "--regid", "nogroup", "--clear-groups", "--",
            "sh", "-c", $"({script}) 2>/dev/null || true", "sh", .. arguments,
        ]);

    /// <summary>Puts something in a place of the account's, instead of whatever is there.</summary>
    /// <param name="kind">The kind of thing.</param>
    /// <param name="place">The place.</param>
    /// <param name="target">The target of a link.</param>
    /// <param name="account">The account.</param>
    public static Task PlantAsync(string kind, string place, string target, string account = Name) => kind switch
    {
        "link" => RunAsAsync(account, "rm -rf \"$1\"; mkdir -p \"${1%/*}\"; ln -s \"$2\" \"$1\"", place, target),
        "pipe" => RunAsAsync(account, "rm -rf \"$1\"; mkdir -p \"${1%/*}\"; mkfifo \"$1\"", place),
        "folder" => RunAsAsync(account, "rm -rf \"$1\"; mkdir -p \"$1\"; touch \"$1\"/file", place),
        "huge file" => RunAsAsync(account, "rm -rf \"$1\"; mkdir -p \"${1%/*}\"; truncate -s 1T \"$1\"", place),
        // The kernel keeps the account from this by default.
        "hard link" => Commands.RunAsync("ln", "-f", target, place),
        "device" => MakeDeviceAsync(place),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static async Task MakeDeviceAsync(string place)
    {
        using var mknod = Process.Start("mknod", ["-m", "666", place, "c", "1", "5"]);
        await mknod.WaitForExitAsync();
        Assert.SkipUnless(mknod.ExitCode == 0, "no device can be made here");
    }

    /// <summary>
    /// Gives the account what it had in folders of the version before: all of the daemon's settings.
    /// </summary>
    public static Task OwnSettingsAsync(LibvirtOptions options) => Commands.RunAsync(
        "chown", $"{Name}:nogroup",
        Path.Combine(options.Folder, "libvirt", "c"), Path.Combine(options.Folder, "libvirt", "c", "libvirt"));
}
