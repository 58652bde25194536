using Kiroku.Hypervisors.Libvirt.Accounts;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>
/// Takes back files with the ids of machines that should no longer have them: copied or put back while machines ran,
/// made under another path or setting, or left by a host that went down and whose machines now share the account.
/// </summary>
internal static class ReclaimedFiles
{
    /// <summary>
    /// Gives such files of a folder to the account, but for those with ids of the range that is in use.
    /// </summary>
    public static void Take(string folder, DaemonAccount account, UidRange? inUse)
    {
        if (!Directory.Exists(folder))
            return;
        using var files = ForeignFolder.Open(folder);
        foreach (var name in files.List().Where(name => IsLeft(Path.Combine(folder, name), inUse)))
        {
            try
            {
                files.Give(name, account.User, account.Group);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The file is gone, or is nothing that a machine could have left there.
            }
        }
    }

    private static bool IsLeft(string path, UidRange? inUse)
    {
        try
        {
            var status = FileStatus.OfItself(path);
            return IsLeft(status.Owner, inUse) || IsLeft(status.Group, inUse);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsLeft(uint id, UidRange? inUse) => UidRange.IsForMachines(id) && inUse?.Contains(id) != true;
}
