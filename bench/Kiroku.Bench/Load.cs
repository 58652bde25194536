using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Kiroku.Bench;

/// <summary>
/// wrk, the load tool, used for all measurements. It takes its paths from a list. All requests are made beforehand, and
/// for a single path there is no script at all, so that the tool is not the limit.
/// </summary>
internal static partial class Load
{
    /// <summary>The most requests that a thread makes beforehand: some hundred bytes each.</summary>
    private const int MostPrepared = 50_000;

    /// <summary>Each thread requests paths of a file in turn, beginning with a random one.</summary>
    private const string Many = """
        local requests, at = {}, 0
        function init(args)
          local paths = {}
          for line in io.lines(args[1]) do paths[#paths + 1] = line end
          math.randomseed(tonumber(args[2]) + tonumber(tostring(requests):match("0x(%x+)"), 16) % 1000000)
          local first = math.random(#paths)
          for i = 1, math.min(#paths, tonumber(args[3])) do
            requests[i] = wrk.format(nil, paths[(first + i) % #paths + 1])
          end
        end
        function request()
          at = at % #requests + 1
          return requests[at]
        end

        """;

    private const string Report = """
        function done(summary, latency)
          io.write(string.format("result %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
            summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
        end
        """;

    /// <summary>Requests per second and the median latency in microseconds.</summary>
    public static async Task<Rate> RunAsync(Uri address, string token, string paths, int connections, int seconds)
    {
        var script = $"{paths}.lua";
        var some = File.ReadLines(paths).Take(2).ToList();
        await File.WriteAllTextAsync(script, some.Count > 1 ? Many + Report : Report);
        var seed = Random.Shared.Next().ToString(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            "-t", $"{Math.Min(connections, 2)}", "-c", $"{connections}", "-d", $"{seconds}s", "-s", script,
            "-H", $"X-Auth-Token: {token}", "-H", "OpenStack-API-Version: compute 2.58", new Uri(address, some[0]).AbsoluteUri,
            "--", paths, seed, $"{MostPrepared}",
        ];
        using var wrk = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var result = Result().Match(output);
        if (!result.Success || result.Groups[4].Value != "0")
            throw new InvalidOperationException($"wrk failed: {output}");
        return new Rate(Number(result, 1) / (Number(result, 2) / 1e6), Number(result, 3)) { Requests = Number(result, 1) };
    }

    private static double Number(Match match, int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^result (\d+) (\d+) (\d+) (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Result();
}

/// <summary>The result of a load test.</summary>
internal sealed record Rate(double PerSecond, double MedianMicroseconds)
{
    public double Requests { get; init; }

    /// <summary>The processor time that the server took for a request, in microseconds.</summary>
    public double ProcessorMicroseconds { get; init; }
}
