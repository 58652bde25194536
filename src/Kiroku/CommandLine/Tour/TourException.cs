namespace Kiroku.CommandLine.Tour;

/// <summary>The tour cannot go on. The message says what was expected and what came instead.</summary>
internal sealed class TourException(string message) : Exception(message);
