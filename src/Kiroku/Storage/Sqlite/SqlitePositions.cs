using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Kiroku.Storage.Sqlite;

/// <summary>
/// The positions of what is written, counted by the only writer, and the store's generation. The last position that was
/// committed is noted in a file beside the store as well: a store that is behind its note, or has none, was restored or
/// copied, and gets a new generation. At each start positions go on at the time in milliseconds at least, so that not
/// even a store that was restored together with its note gives one out again. Only the writer's thread uses this class.
/// </summary>
internal sealed class SqlitePositions(string file, TimeProvider time) : IDisposable
{
    private const string Stored = "SELECT generation, horizon - 1 FROM feed_now";

    private const string SetGeneration = """
        INSERT INTO feed (single, generation) VALUES (1, @generation)
        ON CONFLICT (single) DO UPDATE SET generation = @generation
        """;

    private SafeFileHandle? note;
    private string? generation;
    private long noted;

    /// <summary>The last position that was given out.</summary>
    public long Last { get; private set; }

    public long Next() => ++Last;

    /// <summary>Takes back what was given out after a position and rolled back: the last one is one of the
    /// store's.</summary>
    public void TakeBack(long last) => Last = last;

    /// <summary>Goes on where the store ends. Called before each transaction; only the first call has an
    /// effect.</summary>
    public void Open(SqliteConnection connection)
    {
        if (generation is not null)
            return;
        var stored = connection.QueryFirstOrDefault<(string Generation, long Last)?>(Stored);
        OpenNote();
        var isKnown = stored is { } known && ReadNote() is { } read
            && known.Generation == read.Generation && known.Last >= read.Last;
        var current = isKnown ? stored!.Value.Generation : Guid.NewGuid().ToString("N");
        if (!isKnown)
            connection.Execute(SetGeneration, new { generation = current });
        generation = current;
        WriteNote(stored?.Last ?? 0);
        Last = noted = Math.Max(stored?.Last ?? 0, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Notes what is committed. A note that is late, because the process was killed, does no harm.</summary>
    public void Note()
    {
        if (noted != Last)
            WriteNote(noted = Last);
    }

    public void Dispose() => note?.Dispose();

    /// <summary>Without a file for it, as on a disk that cannot be written to, the store gets a new generation at each
    /// start.</summary>
    private void OpenNote()
    {
        if (note is not null)
            return;
        try
        {
            DurableFile.Ensure(file);
            note = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
        }
    }

    private (string Generation, long Last)? ReadNote()
    {
        if (note is null)
            return null;
        Span<byte> content = stackalloc byte[128];
        try
        {
            var words = Encoding.ASCII.GetString(content[..RandomAccess.Read(note, content, 0)]).Split(' ');
            return words.Length == 2 && long.TryParse(words[1], CultureInfo.InvariantCulture, out var last)
                ? (words[0], last)
                : null;
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            return null;
        }
    }

    /// <summary>Always as long as before, so that it is written in place. It outlives the process without a
    /// flush.</summary>
    private void WriteNote(long last)
    {
        if (note is null)
            return;
        try
        {
            var content = string.Create(CultureInfo.InvariantCulture, $"{generation} {last:D20}");
            RandomAccess.Write(note, Encoding.ASCII.GetBytes(content), 0);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
        }
    }

    private static bool IsOfDisk(Exception e) => e is IOException or UnauthorizedAccessException;
}
