using System.ComponentModel.DataAnnotations;

namespace Kiroku.Keypairs;

/// <summary>Settings of key pairs.</summary>
internal sealed class KeypairsOptions
{
    public const string Section = "Keypairs";

    /// <summary>The most key pairs in one list (Nova's [api] max_limit).</summary>
    [Range(1, 100_000)]
    public int MaxLimit { get; init; } = 1000;
}
