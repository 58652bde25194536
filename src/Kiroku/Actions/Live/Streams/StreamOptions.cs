using System.ComponentModel.DataAnnotations;

namespace Kiroku.Actions.Live.Streams;

/// <summary>How many clients may follow the record at a time, and how they are served.</summary>
internal sealed class StreamOptions
{
    public const string Section = "Streams";

    /// <summary>The most streams at a time of this service; further ones are 503.</summary>
    [Range(0, 100_000)]
    public int Most { get; init; } = 1000;

    /// <summary>The most streams at a time of one user in one project, at this service; further ones are 429.</summary>
    [Range(0, 100_000)]
    public int MostOfUser { get; init; } = 100;

    /// <summary>How often a stream is told its position, and its token checked again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may take to read what is sent to it before it is cut off.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The changes that are kept in memory, once for all streams. A client that is further behind has the store read.
    /// </summary>
    [Range(1, 100_000)]
    public int KeptChanges { get; init; } = 1000;
}
