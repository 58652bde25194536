namespace Kiroku.Servers.State;

/// <summary>A page of the servers that existed in a span of time, for a report of their usage.</summary>
internal sealed record UsageQuery(DateTime Start, DateTime End, int Limit, string? Marker);
