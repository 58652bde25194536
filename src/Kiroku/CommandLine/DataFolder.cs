using System.Globalization;

namespace Kiroku.CommandLine;

/// <summary>
/// The data folder of one service. The service holds its file <c>lock</c>, so that no second service starts on the
/// folder. <c>service.pid</c> names the service's process, so that <c>kiroku down</c> and <c>kiroku drain</c> find
/// it.
/// </summary>
internal sealed class DataFolder(string path)
{
    private const UnixFileMode PassableByOthers = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string LockFile => Path.Combine(path, "lock");

    /// <summary>Separate from the lock file, because .NET cannot read a file that is locked.</summary>
    private string ProcessFile => Path.Combine(path, "service.pid");

    /// <summary>Holds the number of actions that a draining service still runs; absent if the service is not
    /// draining.</summary>
    private string DrainFile => Path.Combine(path, "draining");

    /// <summary>Makes sure that this is the data folder of a service.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    public void Require()
    {
        if (!Directory.Exists(path))
            throw new UsageException($"there is no folder {path}");
        if (!File.Exists(LockFile) && !File.Exists(Path.Combine(path, "kiroku.db")))
            throw new UsageException($"{path} is no data folder of Kiroku's: it holds neither a lock nor a kiroku.db");
        DataFolderOwner.Require(path);
    }

    public void TellDraining(int running)
    {
        try
        {
            File.WriteAllText(DrainFile, running.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // Only whoever watches the drain misses the number. The service drains all the same.
        }
    }

    /// <summary>The number of actions last written; null if there is none or it is being written.</summary>
    public int? ReadDraining()
    {
        try
        {
            return int.TryParse(File.ReadAllText(DrainFile), CultureInfo.InvariantCulture, out var running)
                ? running : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The service that runs on this folder; null if none does.</summary>
    public RunningProcess? Service
    {
        get
        {
            try
            {
                if (File.ReadAllText(ProcessFile).Split() is not [var id, var started, ..])
                    return null;
                var process = new RunningProcess(int.Parse(id, CultureInfo.InvariantCulture), started);
                return process.IsRunning ? process : null;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or FormatException)
            {
                return null;
            }
        }
    }

    /// <summary>Creates the folder if necessary and locks it for this process until the result is disposed.</summary>
    /// <exception cref="UsageException">The folder cannot be used, or another service runs on it.</exception>
    public IDisposable Take()
    {
        if (File.Exists(path))
            throw new UsageException($"the data folder {path} is a file");
        try
        {
            Directory.CreateDirectory(path, PassableByOthers);
            DataFolderOwner.Require(path);
            // Anyone who can open the file could lock it before us.
            if (File.Exists(LockFile)) File.SetUnixFileMode(LockFile, Private);
            var held = new FileStream(LockFile, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = Private,
            });
            var self = RunningProcess.Find(Environment.ProcessId)!;
            File.Delete(DrainFile);
            File.WriteAllText(ProcessFile, $"{self.Id} {self.StartTime}\n");
            return held;
        }
        catch (IOException) when (Service is { } other)
        {
            throw new UsageException($"process {other.Id} already runs on the data folder {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the data folder {path} cannot be used: {e.Message}", e);
        }
    }
}
