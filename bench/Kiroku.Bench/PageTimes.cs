using System.Globalization;
using System.Text.Json.Nodes;

namespace Kiroku.Bench;

/// <summary>
/// Measures the page in a real browser: how long until it is seen, beside a page with one letter that bare Kestrel sends,
/// what goes over the network, what moves, and how soon an action's end is on the screen.
/// </summary>
internal static class PageTimes
{
    private const int Rounds = 20;
    private const int FewServers = 100;
    private const int ManyServers = 10_000;

    public static Task<int> RunAsync(string product, string bench, string image)
        => Place.WithAsync(product, bench, place => RunAsync(place, image));

    private static async Task RunAsync(Place place, string image)
    {
        var (few, many) = (await FillAsync(place, "few", FewServers), await FillAsync(place, "servers", ManyServers));
        await using var small = await Service.StartAsync(place.Product, few, ("GUEST_IMAGE", image));
        await using var large = await Service.StartAsync(place.Product, many);
        var letter = Path.Combine(place.Folder, "letter.html");
        await File.WriteAllTextAsync(letter, "<!DOCTYPE html><html lang=\"en\"><title>a</title><p>a</p></html>");
        await using var bare = await ServedProcess.StartAsync("dotnet", [place.Bench, "bare", letter], []);
        var server = await FinishedActions.CreateAsync(small.Http, await FinishedActions.ImageAsync(small.Http));
        var action = await ResizeAsync(small.Http, server);

        using var browser = new PageBrowser();
        using var other = new PageBrowser();
        browser.SignIn(small.Http.BaseAddress!, small.Password);
        other.SignIn(large.Http.BaseAddress!, large.Password);
        Console.WriteLine("| page | first visit | of bare's | visited again | of bare's | first visit's bytes | moved |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var (name, path) in new[]
        {
            ("one action: a resize", $"/ui/servers/{server}/actions/{action}"), ("one server", $"/ui/servers/{server}"),
            ("actions", "/ui/actions"), ("servers", "/ui/servers"),
        })
            CompareWithBare(browser, name, new Uri(small.Http.BaseAddress!, path), bare.Address);
        CompareSizes(browser, other, small.Http.BaseAddress!, large.Http.BaseAddress!);
        await FollowAsync(browser, small.Http, server);
    }

    /// <summary>A store with so many servers.</summary>
    private static async Task<string> FillAsync(Place place, string name, int servers)
        => (await place.FillAsync(name, servers * FilledStore.ActionsPerServer)).Data;

    private static void CompareWithBare(PageBrowser browser, string name, Uri page, Uri bare)
    {
        List<PageVisit> first = [], again = [], bareFirst = [], bareAgain = [];
        for (var round = -2; round < Rounds; round++)
        {
            // The first rounds are not counted; they warm up.
            var visits = (browser.Visit(bare, first: true), browser.Visit(page, first: true), browser.Visit(bare, first: false), browser.Visit(page, first: false));
            if (round < 0)
                continue;
            bareFirst.Add(visits.Item1);
            first.Add(visits.Item2);
            bareAgain.Add(visits.Item3);
            again.Add(visits.Item4);
        }
        Print($"| {name} | {Painted(first):F0} ms | {Ratio(first, bareFirst):F2} | {Painted(again):F0} ms | {Ratio(again, bareAgain):F2} | {first.Max(visit => visit.Bytes) / 1000:F1} kB | {first.Concat(again).Max(visit => visit.Shifted):F3} |");
    }

    private static void CompareSizes(PageBrowser browser, PageBrowser other, Uri small, Uri large)
    {
        List<PageVisit> few = [], many = [];
        for (var round = -2; round < Rounds; round++)
        {
            var (f, m) = (browser.Visit(new Uri(small, "/ui/servers"), first: false), other.Visit(new Uri(large, "/ui/servers"), first: false));
            if (round < 0)
                continue;
            few.Add(f);
            many.Add(m);
        }
        Console.WriteLine();
        Print($"| the list of servers | {FewServers:N0} | {ManyServers:N0} | many : few |");
        Console.WriteLine("|---|---|---|---|");
        Print($"| answered | {Answered(few):F1} ms | {Answered(many):F1} ms | {Median.Of(many.Zip(few, (m, f) => m.Answered / f.Answered)):F2} |");
        Print($"| seen | {Painted(few):F1} ms | {Painted(many):F1} ms | {Ratio(many, few):F2} |");
    }

    /// <summary>Starts and stops a server while a page with all actions is open.</summary>
    private static async Task FollowAsync(PageBrowser browser, HttpClient http, string server)
    {
        browser.NoteEnds(new Uri(http.BaseAddress!, "/ui/actions"));
        List<double> times = [];
        for (var number = 0; number < Rounds * 2; number++)
        {
            var request = await EndAsync(http, server, number % 2 == 0 ? """{"os-start":null}""" : """{"os-stop":null}""");
            var record = JsonNode.Parse(await http.GetStringAsync($"/actions/v1/servers/{server}/actions/{request}"))!;
            DateTime? seen;
            while ((seen = browser.EndOf(request)) is null)
                await Task.Delay(20);
            var end = DateTime.Parse((string)record["finish_time"]!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
            times.Add((seen.Value - end).TotalMilliseconds);
            // At no fixed distance from what came before, so that no pause of the service fits it.
            await Task.Delay(Random.Shared.Next(300));
        }
        Console.WriteLine();
        Print($"An action's end is on the screen after {Median.Of(times):F0} ms (median of {times.Count}; nine of ten within {times.Order().ElementAt(times.Count * 9 / 10):F0} ms).");
    }

    private static async Task<string> ResizeAsync(HttpClient http, string server)
    {
        await FinishedActions.ActAsync(http, server, "os-stop");
        var resize = await EndAsync(http, server, """{"resize":{"flavorRef":"84"}}""");
        await EndAsync(http, server, """{"confirmResize":null}""");
        return resize;
    }

    /// <summary>Does something to a server, and waits until it has ended.</summary>
    private static async Task<string> EndAsync(HttpClient http, string server, string body)
    {
        using var answer = await http.PostAsync($"/v2.1/servers/{server}/action", FinishedActions.Json(body));
        answer.EnsureSuccessStatusCode();
        var request = answer.Headers.GetValues("x-compute-request-id").Single();
        using var wait = new HttpRequestMessage(HttpMethod.Get, $"/actions/v1/servers/{server}/actions/{request}");
        wait.Headers.Add("Prefer", "wait=60");
        using var ended = await http.SendAsync(wait);
        ended.EnsureSuccessStatusCode();
        return request;
    }

    private static double Painted(IEnumerable<PageVisit> visits) => Median.Of(visits.Select(visit => visit.Painted));

    private static double Answered(IEnumerable<PageVisit> visits) => Median.Of(visits.Select(visit => visit.Answered));

    /// <summary>The median ratio of two visits that were made one after the other in each round.</summary>
    private static double Ratio(IEnumerable<PageVisit> visits, IEnumerable<PageVisit> beside)
        => Median.Of(visits.Zip(beside, (visit, other) => visit.Painted / other.Painted));

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
