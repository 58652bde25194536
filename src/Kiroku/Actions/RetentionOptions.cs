using Microsoft.Extensions.Options;

namespace Kiroku.Actions;

/// <summary>How much of the record is kept; without limits all of it.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>For servers that exist.</summary>
    public RetentionLimits Living { get; init; } = new();

    /// <summary>For deleted servers; a server's own row goes with the last of its actions.</summary>
    public RetentionLimits Deleted { get; init; } = new();

    /// <summary>How often the service looks for actions that are beyond the limits; 1 second to 1 day.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many actions go in one transaction; 1 to 1000.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>How long the store is left to others between two transactions; at most a minute.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(50);
}

/// <summary>The limits on each server's actions. Actions beyond either limit are removed; null is no limit.</summary>
internal sealed class RetentionLimits
{
    /// <summary>How long an action is kept after its end.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How many of a server's newest actions are kept.</summary>
    public int? MaxCount { get; init; }

    public bool KeepAll => MaxAge is null && MaxCount is null;
}

/// <summary>
/// Reports everything that is wrong with the settings, because a typing error here would cost history.
/// </summary>
internal sealed class RetentionValidation : IValidateOptions<RetentionOptions>
{
    private static readonly TimeSpan Century = TimeSpan.FromDays(36_525);

    public ValidateOptionsResult Validate(string? name, RetentionOptions options)
    {
        var faults = Faults("Living", options.Living)
            .Concat(Faults("Deleted", options.Deleted))
            .Concat(Faults(options))
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(string which, RetentionLimits limits)
    {
        if (limits.MaxAge <= TimeSpan.Zero || limits.MaxAge > Century)
            yield return $"Retention:{which}:MaxAge is to be more than nothing and at most a century, "
                + "as in 90.00:00:00 for 90 days.";
        if (limits.MaxCount < 1)
            yield return $"Retention:{which}:MaxCount is to be at least 1.";
    }

    private static IEnumerable<string> Faults(RetentionOptions options)
    {
        if (options.Interval < TimeSpan.FromSeconds(1) || options.Interval > TimeSpan.FromDays(1))
            yield return "Retention:Interval is to be at least a second and at most a day, as in 00:10:00.";
        if (options.BatchSize is < 1 or > 1000)
            yield return "Retention:BatchSize is to be 1 to 1000.";
        if (options.Pause < TimeSpan.Zero || options.Pause > TimeSpan.FromMinutes(1))
            yield return "Retention:Pause is to be at most a minute, as in 00:00:00.05.";
    }
}
