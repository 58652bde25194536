using System.Diagnostics;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>The account of a private daemon, taken over: it puts whatever it can wherever it may.</summary>
internal static class HostileAccount
{
    private const string Name = "nobody";

    /// <summary>Runs a script as the account; what it is refused it goes without.</summary>
    public static Task RunAsync(string script, params string[] arguments) => RunAsAsync(Name, script, arguments);

    private static async Task RunAsAsync(
        string account, string script, params string[] arguments) => await Commands.RunAsync(
        "setpriv",
        [
            "--reuid", account, "--regid", "nogroup", "--clear-groups", "--",
            "sh", "-c", $"({script}) 2>/dev/null || true", "sh", .. arguments,
        ]);

    /// <summary>Puts something in a place of the account's, in place of whatever is there.</summary>
    /// <param name="kind">What to put there.</param>
    /// <param name="place">Where.</param>
    /// <param name="target">What a link leads to.</param>
    /// <param name="account">Which account.</param>
    public static Task PlantAsync(string kind, string place, string target, string account = Name) => kind switch
    {
        "link" => RunAsAsync(account, "rm -rf \"$1\"; mkdir -p \"${1%/*}\"; ln -s \"$2\" \"$1\"", place, target),
        "pipe" => RunAsAsync(account, "rm -rf \"$1\"; mkdir -p \"${1%/*}\"; mkfifo \"$1\"", place),
        "folder" => RunAsAsync(account, "rm -rf \"$1\"; mkdir -p \"$1\"; touch \"$1\"/file", place),
        "huge file" => RunAsAsync(account, "rm -rf \"$1\"; mkdir -p \"${1%/*}\"; truncate -s 1T \"$1\"", place),
        // What the kernel keeps the account from, unless it was told not to.
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
    /// Gives the account what it had in a folder of the version before: all of the daemon's settings.
    /// </summary>
    public static Task OwnSettingsAsync(LibvirtOptions options) => Commands.RunAsync(
        "chown", $"{Name}:nogroup",
        Path.Combine(options.Folder, "libvirt", "c"), Path.Combine(options.Folder, "libvirt", "c", "libvirt"));
}
