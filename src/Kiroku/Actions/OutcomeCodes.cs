namespace Kiroku.Actions;

/// <summary>Outcomes as their column holds them: their place in <see cref="Outcomes.All"/>.</summary>
internal static class OutcomeCodes
{
    public const int Running = 0;

    /// <summary>Those beyond it are ends that were not good.</summary>
    public const int LastGood = 2;

    public static int Of(string outcome) => Outcomes.All.IndexOf(outcome) is >= 0 and var code
        ? code
        : throw new ArgumentException($"{outcome} is no outcome.", nameof(outcome));

    public static string ToOutcome(int code) => Outcomes.All[code];
}
