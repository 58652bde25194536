using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Kiroku.Bench;

/// <summary>wrk, the load tool, used for all measurements. It takes its paths from a list.</summary>
internal static partial class Load
{
    /// <summary>Requests the paths of a file in turn, beginning with a random one.</summary>
    private const string Script = """
        local paths, at = {}, 0
        function init(args)
          for line in io.lines(args[1]) do paths[#paths + 1] = line end
          math.randomseed(tonumber(args[2]))
          at = math.random(#paths)
        end
        function request()
          at = at % #paths + 1
          return wrk.format(nil, paths[at])
        end
        function done(summary, latency)
          io.write(string.format("result %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
            summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
        end
        """;

    /// <summary>Requests per second and the median latency in microseconds.</summary>
    public static async Task<Rate> RunAsync(Uri address, string token, string paths, int connections, int seconds)
    {
        var script = $"{paths}.lua";
        await File.WriteAllTextAsync(script, Script);
        var seed = Random.Shared.Next().ToString(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            "-t", "1", "-c", $"{connections}", "-d", $"{seconds}s", "-s", script,
            "-H", $"X-Auth-Token: {token}", "-H", "OpenStack-API-Version: compute 2.58", address.ToString(), "--", paths, seed,
        ];
        using var wrk = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var result = Result().Match(output);
        if (!result.Success || result.Groups[4].Value != "0")
            throw new InvalidOperationException($"wrk failed: {output}");
        return new Rate(Number(result, 1) / (Number(result, 2) / 1e6), Number(result, 3));
    }

    private static double Number(Match match, int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^result (\d+) (\d+) (\d+) (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Result();
}

/// <summary>The result of a load test.</summary>
internal sealed record Rate(double PerSecond, double MedianMicroseconds);
