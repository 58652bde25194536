namespace Kiroku.Api;

/// <summary>Where callers get tokens, if not here.</summary>
internal sealed record IdentityAddress(string? Elsewhere);
