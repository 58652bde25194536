namespace Kiroku.Actions;

/// <summary>Outcomes as their column holds them: their place in this list. Append only.</summary>
internal static class OutcomeCodes
{
    public const int Running = 0;

    private static readonly string[] Codes =
    [
        Outcomes.Running, Outcomes.Succeeded, Outcomes.SucceededAfterRetries, Outcomes.Failed, Outcomes.Interrupted,
        Outcomes.Superseded,
    ];

    public static int Of(string outcome) => Array.IndexOf(Codes, outcome) is >= 0 and var code
        ? code
        : throw new ArgumentException($"{outcome} is no outcome.", nameof(outcome));

    public static string ToOutcome(int code) => Codes[code];
}
