namespace Kiroku.Servers.Engine;

/// <summary>Why a run is to stop before its end.</summary>
/// <param name="Overtaken">Fires when another run or another action takes its place.</param>
/// <param name="Cancelled">Fires when its action was cancelled; the next run undoes what was done.</param>
internal readonly record struct RunTokens(CancellationToken Overtaken, CancellationToken Cancelled);
