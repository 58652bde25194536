using System.Runtime.CompilerServices;

namespace Kiroku.Tests;

/// <summary>
/// The long tests, and the full length of others: <c>./test --full</c> runs them by KIROKU_FULL=1, <c>./test</c> skips
/// them.
/// </summary>
internal static class FullTier
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("KIROKU_FULL") == "1";

    /// <summary>Why to skip a test or a row of its data, before anything is started for it; null if it is to
    /// run.</summary>
    public static string? Skip(string reason) => IsOn ? null : $"only with KIROKU_FULL=1: {reason}";
}

/// <summary>A long test, and the reason why <c>./test</c> skips it.</summary>
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute(string reason, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = FullTier.Skip(reason);
}

/// <summary>A long test with data, and the reason why <c>./test</c> skips it.</summary>
internal sealed class LongTheoryAttribute : TheoryAttribute
{
    public LongTheoryAttribute(string reason, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = FullTier.Skip(reason);
}
