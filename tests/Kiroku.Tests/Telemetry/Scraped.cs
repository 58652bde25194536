using System.Globalization;
using System.Text.RegularExpressions;

namespace Kiroku.Tests.Telemetry;

/// <summary>What <c>/metrics</c> told, read as Prometheus reads it.</summary>
internal sealed partial class Scraped
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<(string Name, Dictionary<string, string> Labels, double Value)> samples;

    private Scraped(string text) => samples = [.. Sample().Matches(text).Select(match => (
        match.Groups["name"].Value,
        Label().Matches(match.Groups["labels"].Value)
            .ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value),
        double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)))];

    public IEnumerable<string> Names => samples.Select(sample => sample.Name).Distinct();

    /// <summary>The sum of the samples of that name that have these labels.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels)
        => Of(name, labels).Sum(sample => sample.Value);

    /// <summary>The only sample of that name that has these labels; null if there is none.</summary>
    public double? Single(string name, params (string Label, string Value)[] labels)
        => Of(name, labels) is [var (_, _, value)] ? value : null;

    /// <summary>The labels of all samples of that name.</summary>
    public IEnumerable<string> Labels(string name)
        => Of(name, []).SelectMany(sample => sample.Labels.Keys).Distinct();

    public static async Task<Scraped> ReadAsync(TestUser user)
    {
        using var answer = await user.GetAsync("/metrics", ("Accept", "text/plain"));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode == 200, text);
        return new Scraped(text);
    }

    /// <summary>
    /// Reads again and again until a condition holds: an end is counted a moment after it is written.
    /// </summary>
    public static async Task<Scraped> UntilAsync(TestUser user, Func<Scraped, bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var read = await ReadAsync(user);
            if (condition(read))
                return read;
            Assert.False(limit.IsCancellationRequested, read.ToString());
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    public override string ToString() => string.Join('\n', samples
        .Where(sample => sample.Name.StartsWith("kiroku", StringComparison.Ordinal)
            && !sample.Name.EndsWith("_bucket", StringComparison.Ordinal))
        .Select(sample => $"{sample.Name} {string.Join(',', sample.Labels.Values)} {sample.Value}"));

    private List<(string Name, Dictionary<string, string> Labels, double Value)> Of(
        string name, (string Label, string Value)[] labels)
        => [.. samples.Where(sample => sample.Name == name
            && labels.All(label => sample.Labels.GetValueOrDefault(label.Label) == label.Value))];

    [GeneratedRegex(
        """^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>[^\n]*)\})? (?<value>[^ \n]+)( \d+)?$""", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"(\w+)=""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Label();
}
