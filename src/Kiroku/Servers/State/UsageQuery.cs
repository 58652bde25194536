namespace Kiroku.Servers.State;

/// <summary>Which servers a usage is about: those that lived in a span of time, a page of them.</summary>
internal sealed record UsageQuery(DateTime Start, DateTime End, int Limit, string? Marker);
