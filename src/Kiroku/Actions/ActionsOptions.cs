using System.ComponentModel.DataAnnotations;

namespace Kiroku.Actions;

/// <summary>How steps are retried and how the record is read.</summary>
internal sealed class ActionsOptions
{
    public const string Section = "Actions";

    /// <summary>How often one step is tried before its action fails.</summary>
    [Range(1, 100)]
    public int Attempts { get; init; } = 3;

    /// <summary>The wait before the second attempt.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The wait before each further attempt.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan NextDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often one step is taken up again after the service died during it; 0 for never.</summary>
    [Range(0, 1000)]
    public int Interruptions { get; init; } = 5;

    /// <summary>The wait before a store in trouble is read or written again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StorageDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most actions in one list (Nova's [api] max_limit).</summary>
    [Range(1, 100_000)]
    public int MaxLimit { get; init; } = 1000;

    /// <summary>Bytes of answers about ended actions that are kept in memory; 0 keeps none.</summary>
    [Range(0, 1L << 40)]
    public long KeptInMemory { get; init; } = 16 * 1024 * 1024;
}
