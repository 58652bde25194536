using System.Globalization;

namespace Kiroku.CommandLine;

/// <summary>
/// The folder of one service. Its file <c>lock</c> is held while the service runs and says which process that is, so that
/// no second one starts on it and <c>kiroku down</c> finds the first.
/// </summary>
internal sealed class DataFolder(string path)
{
    private const UnixFileMode PassableByOthers = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private string LockFile => Path.Combine(path, "lock");

    /// <summary>Whether a service has kept something here.</summary>
    public bool IsOurs => File.Exists(LockFile) || File.Exists(Path.Combine(path, "kiroku.db"));

    /// <summary>The service that runs on it, or null.</summary>
    public RunningProcess? Service
    {
        get
        {
            try
            {
                // Shared, so that looking takes no lock.
                using var file = new FileStream(LockFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                using var reader = new StreamReader(file);
                if (reader.ReadToEnd().Split() is not [var id, var started, ..])
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
            var held = new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            var self = RunningProcess.Find(Environment.ProcessId)!;
            held.SetLength(0);
            held.Write(System.Text.Encoding.ASCII.GetBytes($"{self.Id} {self.StartTime}\n"));
            held.Flush();
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

/// <summary>What a person can set right, in one sentence.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
