using System.Globalization;
using Kiroku.SystemTests.Hypervisors;

namespace Kiroku.SystemTests.Service;

/// <summary>A disk that is soon full: a memory file system mounted on a folder, which only root can do.</summary>
internal sealed class SmallDisk(string folder)
{
    private string Filler => Path.Combine(folder, "filler");

    public static void RequireRoot()
    {
        if (Environment.IsPrivilegedProcess) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail("only root can mount a small disk");
        Assert.Skip("only root can mount a small disk");
    }

    public Task MountAsync(int mebibytes)
    {
        Directory.CreateDirectory(folder);
        return Commands.RunAsync("mount", "-t", "tmpfs", "-o",
            string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m,mode=0755"), "kiroku-test", folder);
    }

    /// <summary>Takes effect at once, even if some process is using the folder.</summary>
    public Task UnmountAsync() => Commands.RunAsync("umount", "--lazy", folder);

    /// <summary>Fills the disk except for so many bytes.</summary>
    public async Task FillAsync(int leaving = 0)
    {
        await using var filler = new FileStream(
            Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        await FillAsync(filler, leaving);
    }

    /// <summary>Fills the space that has become free since.</summary>
    public async Task FillMoreAsync()
    {
        await using var filler = new FileStream(
            Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        await FillAsync(filler, leaving: 0);
    }

    public void Empty() => File.Delete(Filler);

    private static async Task FillAsync(FileStream filler, int leaving)
    {
        var piece = new byte[4096];
        try
        {
            while (true) await filler.WriteAsync(piece);
        }
        catch (IOException)
        {
            // The disk is full.
        }
        filler.SetLength(filler.Length - leaving);
    }
}
