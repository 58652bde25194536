using System.Text;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>
/// The files that guests' serial consoles go to. QEMU appends to them and never begins anew, so they are cut to their end
/// when they grow too large: what a guest writes must not fill the host's disk.
/// </summary>
internal sealed class ConsoleFiles(LibvirtOptions options)
{
    public static string PathOf(string folder, Guid machine) => Path.Combine(folder, $"{machine}.log");

    public string Read(Guid machine, int maxBytes)
    {
        try
        {
            return Encoding.UTF8.GetString(ReadEnd(PathOf(options.ConsolesFolder, machine), maxBytes));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new RefusedException(HypervisorFailure.NotSupported, exception.Message);
        }
    }

    public void Trim(Guid machine)
    {
        var file = new FileInfo(PathOf(options.ConsolesFolder, machine));
        if (file.Exists) Trim(file);
    }

    public void TrimAll()
    {
        try
        {
            foreach (var file in new DirectoryInfo(options.ConsolesFolder).EnumerateFiles("*.log")) Trim(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The folder is made with the first machine, and may be taken away with the last.
        }
    }

    public void Delete(Guid machine)
    {
        if (Directory.Exists(options.ConsolesFolder)) File.Delete(PathOf(options.ConsolesFolder, machine));
    }

    // What the guest writes between the two steps may come out in the wrong order or be lost; the file stays small.
    private void Trim(FileInfo file)
    {
        if (file.Length <= options.ConsoleBytes || file.LinkTarget is not null) return;
        try
        {
            var end = ReadEnd(file.FullName, (int)(options.ConsoleBytes / 2));
            using (var whole = new FileStream(file.FullName, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                whole.SetLength(0);
            using var appended = new FileStream(file.FullName, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            appended.Write(end);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            // A system daemon's own log keeper owns the file and bounds it itself.
        }
    }

    private static byte[] ReadEnd(string path, int maxBytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[(int)Math.Min(maxBytes, file.Length)];
        file.Seek(-bytes.Length, SeekOrigin.End);
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..read];
    }
}
