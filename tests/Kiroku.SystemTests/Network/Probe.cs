using System.Text.RegularExpressions;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Network;

/// <summary>
/// What a guest finds when it tries to reach targets. A script that the small guest runs as its user data tries them
/// in rounds and reports on the console.
/// </summary>
internal static partial class Probe
{
    private const string RoundEnd = "KIROKU PROBED";

    // The script acts as root in a guest would: it adds routes that DHCP did not give, and neighbours for the
    // gateways.
    private const string Script = """
        #!/bin/sh
        tcp() {
          answer=$(printf 'GET / HTTP/1.0\r\n\r\n' | busybox timeout 8 busybox nc -w 5 "$1" "$2") || [ "$answer" ]
        }
        udp() {
          busybox timeout 5 busybox tftp -g -l "/got-$1-$2" -r /etc/passwd "$1" "$2"
          [ -s "/got-$1-$2" ] && busybox rm "/got-$1-$2"
        }
        dns() {
          answer=$(busybox timeout 15 busybox nslookup kiroku.invalid. "$1")
          case $answer in
            "" | *"timed out"*) return 1 ;;
          esac
        }
        try() {
          if "$@" >/dev/null 2>&1; then echo "KIROKU PROBE $* reached"; else echo "KIROKU PROBE $* closed"; fi
        }
        OWN
        ip address add ADDRESS/24 dev eth0
        ip route replace default via 10.0.2.2 dev eth0
        ip -6 address add fec0::15/64 dev eth0 nodad
        ip -6 route replace default via fec0::2 dev eth0
        while :; do
          (
            TARGETS
            wait
          )
          echo KIROKU PROBED
          sleep 1
        done
        """;

    /// <summary>The script of a guest that tries these targets.</summary>
    public static string Of(IEnumerable<Target> targets) =>
        // Gives up the address that other guests have as well.
        Make(targets, "10.0.2.77", "ip address del 10.0.2.15/24 dev eth0");

    /// <summary>The script of a guest that others try to reach; it checks itself that it can be reached.</summary>
    public static string OfListener(IEnumerable<Target> targets) =>
        Make(targets, "10.0.2.15", $"busybox nc -ll -p {Target.GuestPort} -e echo HTTP/1.0 &");

    /// <summary>Waits for a complete round that begins after this call.</summary>
    public static async Task<IReadOnlyDictionary<string, bool>> NextRoundAsync(TestServer server, int targets)
    {
        var before = Rounds(await server.ConsoleAsync()).Count;
        // The present round does not count.
        return await Poll.ForAsync(
            $"{server.Id} to try everything",
            // A line into which the guest's kernel printed something does not count. The next round tells.
            async ()
                => Rounds(await server.ConsoleAsync()).Skip(before + 1).Select(Read).FirstOrDefault(
                    round => round.Count == targets),
            TimeSpan.FromMinutes(3),
            server.ConsoleAsync);
    }

    /// <summary>
    /// Waits until the guest has reached each of these, in any round: on a busy host, a target may take too long in
    /// one.
    /// </summary>
    public static Task ReachedAsync(TestServer server, IReadOnlyCollection<Target> targets) => Poll.UntilAsync(
        $"{server.Id} to reach everything",
        async ()
            => targets.Select(target => target.ToString()).Except(Reached(await server.ConsoleAsync())).ToList() is [],
        TimeSpan.FromMinutes(3),
        server.ConsoleAsync);

    private static string Make(IEnumerable<Target> targets, string address, string own) => Script
        .Replace("ADDRESS", address, StringComparison.Ordinal)
        .Replace("OWN", own, StringComparison.Ordinal)
        .Replace("TARGETS", string.Join("\n    ", targets.Distinct().Select(target => $"try {target} &")),
            StringComparison.Ordinal);

    private static List<string> Rounds(string console) => [.. console.Split(RoundEnd).SkipLast(1)];

    private static IEnumerable<string> Reached(string console) =>
        from Match match in Line().Matches(console)
        where match.Groups["found"].Value == "reached"
        select match.Groups["target"].Value;

    private static Dictionary<string, bool> Read(string round) => Line().Matches(round)
        .ToDictionary(match => match.Groups["target"].Value, match => match.Groups["found"].Value == "reached");

    [GeneratedRegex(@"^KIROKU PROBE (?<target>.+) (?<found>reached|closed)\s*$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
