namespace Kiroku.Actions;

/// <summary>Tells what follows the record when this process takes no new work any more.</summary>
internal interface IDraining
{
    /// <summary>Fires when the process begins to drain or to stop.</summary>
    CancellationToken Asked { get; }
}
