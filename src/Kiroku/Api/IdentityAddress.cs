namespace Kiroku.Api;

/// <summary>The Keystone that issues tokens; null if this service does.</summary>
internal sealed record IdentityAddress(string? Keystone);
