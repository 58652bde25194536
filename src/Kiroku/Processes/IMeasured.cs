namespace Kiroku.Processes;

/// <summary>
/// A measurement that metrics tell and that takes a read of the store. It is made before they are told, so that telling
/// them never waits.
/// </summary>
internal interface IMeasured
{
    /// <summary>What is measured, for the log message when it fails.</summary>
    string What { get; }

    Task MeasureAsync(CancellationToken cancellationToken);

    /// <summary>Forgets the last measurement, because a newer one failed: metrics tell nothing rather than what
    /// was.</summary>
    void Forget();
}
