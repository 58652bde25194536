namespace Kiroku.CommandLine;

/// <summary>A failure that a person can fix. The message is one sentence.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
