namespace Kiroku.CommandLine;

/// <summary>What a person can set right, in one sentence.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
