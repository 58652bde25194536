namespace Kiroku.Ui.Visits;

/// <summary>Says of a route that it is a file to keep, and on which page its link is.</summary>
/// <param name="PathOf">The page's path of the file's query.</param>
internal sealed record FileOf(Func<IQueryCollection, string> PathOf);
