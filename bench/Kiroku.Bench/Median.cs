namespace Kiroku.Bench;

/// <summary>The value in the middle.</summary>
internal static class Median
{
    public static double Of(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;
}
