namespace Kiroku.Actions;

/// <summary>
/// Which of a server's actions to list: a page of at most <see cref="Limit"/>, after the marker, of those that changed
/// in a span of time.
/// </summary>
internal sealed record ActionQuery(
    int Limit, string? Marker = null, DateTime? ChangesSince = null, DateTime? ChangesBefore = null);

/// <summary>The marker of a list names nothing in it.</summary>
internal sealed class UnknownMarkerException() : Exception("The marker names nothing in this list.");
