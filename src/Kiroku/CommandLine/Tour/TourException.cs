namespace Kiroku.CommandLine.Tour;

/// <summary>The tour cannot go on: what was expected and what came.</summary>
internal sealed class TourException(string message) : Exception(message);
