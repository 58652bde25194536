using System.Globalization;

namespace Kiroku.CommandLine;

/// <summary>
/// The folder of one service. Its file <c>lock</c> is held while the service runs, so that no second one starts on it,
/// and <c>service.pid</c> says which process that is, so that <c>kiroku down</c> and <c>kiroku drain</c> find it.
/// </summary>
internal sealed class DataFolder(string path)
{
    private const UnixFileMode PassableByOthers = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string LockFile => Path.Combine(path, "lock");

    /// <summary>A file of its own, because .NET cannot read one that is held.</summary>
    private string ProcessFile => Path.Combine(path, "service.pid");

    /// <summary>How many actions a service that drains still runs; there is none where none drains.</summary>
    private string DrainFile => Path.Combine(path, "draining");

    /// <summary>Sees that a service has kept something here.</summary>
    /// <exception cref="UsageException">None has.</exception>
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
            // Only who watches misses it; the service drains all the same.
        }
    }

    /// <summary>What was told last; null if nothing was, or it is being told.</summary>
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

    /// <summary>The service that runs on it, or null.</summary>
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

    /// <summary>Makes the folder if need be and takes it for this process, until the result is disposed.</summary>
    /// <exception cref="UsageException">It cannot be used, or another service runs on it.</exception>
    public IDisposable Take()
    {
        if (File.Exists(path))
            throw new UsageException($"the data folder {path} is a file");
        try
        {
            Directory.CreateDirectory(path, PassableByOthers);
            DataFolderOwner.Require(path);
            // Whoever may read it could hold it in our place.
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
