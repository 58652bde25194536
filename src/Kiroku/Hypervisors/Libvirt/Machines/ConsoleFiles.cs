using System.Text;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Microsoft.Win32.SafeHandles;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// The files that guests' serial consoles go to. QEMU appends to them and never begins anew, so they are cut to their
/// end when they grow too large: what a guest writes must not fill the host's disk.
/// </summary>
internal sealed class ConsoleFiles(LibvirtOptions options)
{
    private const string Ending = ".log";
    private int trimming;

    public static string PathOf(string folder, Guid machine) => Path.Combine(folder, NameOf(machine));

    public string Read(Guid machine, int maxBytes)
    {
        try
        {
            using var folder = ForeignFolder.Open(options.ConsolesFolder);
            using var file = folder.OpenFile(NameOf(machine), FileAccess.Read);
            return Encoding.UTF8.GetString(ReadEnd(file, maxBytes));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
        catch (Exception e) when (e is UnauthorizedAccessException or ForeignFileException)
        {
            throw new RefusedException(HypervisorFailure.NotSupported, e.Message);
        }
    }

    public void Trim(Guid machine)
    {
        try
        {
            using var folder = ForeignFolder.Open(options.ConsolesFolder);
            Trim(folder, NameOf(machine));
        }
        catch (DirectoryNotFoundException)
        {
            // The folder is made with the first machine.
        }
    }

    /// <summary>Trims all consoles, unless that is still being done.</summary>
    public void TrimAll()
    {
        if (Interlocked.Exchange(ref trimming, 1) == 1)
            return;
        try
        {
            using var folder = ForeignFolder.Open(options.ConsolesFolder);
            foreach (var name in folder.List().Where(IsConsole))
                Trim(folder, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder is made with the first machine, and may be taken away with the last.
        }
        finally
        {
            Volatile.Write(ref trimming, 0);
        }
    }

    public void Delete(Guid machine)
    {
        try
        {
            using var folder = ForeignFolder.Open(options.ConsolesFolder);
            folder.Delete(NameOf(machine));
        }
        catch (DirectoryNotFoundException)
        {
            // With the folder everything in it is gone.
        }
    }

    private static string NameOf(Guid machine) => $"{machine}{Ending}";

    private static bool IsConsole(string name) => name.EndsWith(Ending, StringComparison.Ordinal)
        && Guid.TryParseExact(name[..^Ending.Length], "D", out _);

    /// <summary>
    /// Cuts a console to its end. Bytes that the guest writes meanwhile may come out in the wrong order or be lost; the
    /// file stays small.
    /// </summary>
    private void Trim(ForeignFolder folder, string name)
    {
        try
        {
            using var file = folder.OpenFile(name, FileAccess.ReadWrite);
            if (RandomAccess.GetLength(file) <= options.ConsoleBytes)
                return;
            var end = ReadEnd(file, (int)(options.ConsoleBytes / 2));
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, end, RandomAccess.GetLength(file));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // A system daemon's own log keeper owns the file and bounds it itself; an entry that is no file is nobody's
            // console.
        }
    }

    private static byte[] ReadEnd(SafeFileHandle file, int maxBytes)
    {
        var length = RandomAccess.GetLength(file);
        var (bytes, filled) = (new byte[(int)Math.Min(maxBytes, length)], 0);
        while (filled < bytes.Length
            && RandomAccess.Read(file, bytes.AsSpan(filled), length - bytes.Length + filled) is var read and > 0)
            filled += read;
        return bytes[..filled];
    }
}
