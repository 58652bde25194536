using System.ComponentModel.DataAnnotations;

namespace Kiroku.Actions.Live.Exports;

/// <summary>How many exports there may be, and how long they wait for their clients.</summary>
internal sealed class ExportOptions
{
    public const string Section = "Export";

    /// <summary>How many exports a node sends at the same time; further ones are refused with a time to wait.</summary>
    [Range(1, 1000)]
    public int MostAtOnce { get; init; } = 8;

    /// <summary>How many of these may be one user's.</summary>
    [Range(1, 1000)]
    public int MostOfOneUser { get; init; } = 2;

    /// <summary>How long a client may take for the next 64 KiB before it is cut off.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);
}
