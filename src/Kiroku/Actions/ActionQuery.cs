namespace Kiroku.Actions;

/// <summary>
/// Which of a server's actions a list wants: a page of at most <see cref="Limit"/>, after the marker, changed in a
/// span.
/// </summary>
internal sealed record ActionQuery(
    int Limit, string? Marker = null, DateTime? ChangesSince = null, DateTime? ChangesBefore = null);

/// <summary>The marker of a list names nothing in it.</summary>
internal sealed class UnknownMarkerException() : Exception("The marker names nothing in this list.");
