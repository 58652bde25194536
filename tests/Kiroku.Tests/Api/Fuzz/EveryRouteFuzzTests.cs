using System.Globalization;
using System.Text;
using Dapper;
using Kiroku.Tests.Identity;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Api.Fuzz;

/// <summary>
/// Sends requests to each route that are right but for something; the same ones for the same seed. KIROKU_FUZZ_SEED
/// sets the seed, KIROKU_FULL=1 sends more, KIROKU_FUZZ_ROUTES selects routes by part of their names. No request may
/// cause an internal error, hang, or change anything if it is refused.
/// </summary>
public sealed class EveryRouteFuzzTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    public static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("KIROKU_FUZZ_SEED") ?? "15", CultureInfo.InvariantCulture);
    private static readonly string Routes = Environment.GetEnvironmentVariable("KIROKU_FUZZ_ROUTES") ?? "";
    private static readonly int RequestsToEach = FullTier.IsOn ? 400 : 4;
    private readonly Cloud cloud = running.Cloud;
    private readonly VisibilityThings things = new(running);
    private readonly List<string> faults = [];
    private string before = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_to_any_route_is_answered_by_a_fault_or_changes_what_it_may_not()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"KIROKU_FUZZ_SEED={Seed}");
        cloud.Host.Capacity = cloud.Host.Capacity with
        {
            Vcpus = 1 << 20,
            MemoryMiB = 1 << 30,
            DiskBytes = 1L << 50,
            DiskFreeBytes = 1L << 50,
        };
        var subject = (await cloud.App.SignInAsync()).Token;
        foreach (var row in VisibilityTests.Rows(cloud.App.Services)
            .Where(row => row.Name.Contains(Routes, StringComparison.Ordinal)))
            await FuzzAsync(row, subject);
        Assert.True(faults.Count == 0, $"KIROKU_FUZZ_SEED={Seed}: {faults.Count} faults, these among "
            + $"them:\n{string.Join("\n\n", faults.Take(12))}");
    }

    /// <summary>
    /// A route's requests depend only on the seed and its name, so a new route does not change those of others.
    /// </summary>
    private async Task FuzzAsync(VisibilityRow row, string subject)
    {
        var random = new Random(HashCode(row.Name) ^ Seed);
        var maker = new RequestMaker(random, things, $"http://{cloud.App.Address.Authority}");
        var path = await things.FillAsync(row);
        before = await RowsAsync();
        var prefixes = new[] { "/v2.1", "/v2", $"/v2.1/{cloud.Demo.ProjectId}", $"/v2/{cloud.Demo.ProjectId}" };
        var byChance = Enumerable.Range(0, RequestsToEach).Select(
            _ => (Func<string, string, (HttpRequestMessage, string?)>)((path, token)
            => maker.Make(row, prefixes[random.Next(prefixes.Length)], path, token)));
        foreach (var make in maker.Each(row, FullTier.IsOn).Concat(byChance))
        {
            var token = IsAdministrators(row) || random.Next(8) < 3 ? cloud.Admin.Token : cloud.Demo.Token;
            var (request, body) = make(path, token);
            if (row.Pattern == "/identity/v3/auth/tokens" && !request.Headers.Contains("X-Subject-Token"))
                request.Headers.TryAddWithoutValidation("X-Subject-Token", subject);
            if (await SendAsync(request, body) && row.Changes)
            {
                await SettleAsync(row);
                path = await things.FillAsync(row);
                before = await RowsAsync();
                subject = row.Pattern == "/identity/v3/auth/tokens" && row.Method == "DELETE"
                    ? (await cloud.App.SignInAsync()).Token : subject;
            }
        }
    }

    /// <summary>Whether others learn only that the thing is not theirs.</summary>
    private static bool IsAdministrators(VisibilityRow row)
        => VisibilityPageTests.Lines.Any(
            line => line.StartsWith($"| `{row.Name}` | 401 | 403 | 403 |", StringComparison.Ordinal));

    /// <returns>Whether the request was accepted.</returns>
    private async Task<bool> SendAsync(HttpRequestMessage request, string? body)
    {
        var wrote = cloud.Database.NextWrite;
        using (request)
        {
            try
            {
                using var answer = await cloud.App.Http.SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead, Token);
                var text = IsEndless(answer)
                    ? ""
                    : Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(Token));
                if (AnswerForm.Fault(request, request.RequestUri!.AbsolutePath, answer, text) is { } fault)
                    faults.Add($"{(int)answer.StatusCode} {fault}: {text}\n{RequestMaker.Describe(request, body)}");
                if (answer.IsSuccessStatusCode)
                    return true;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                faults.Add($"{e.GetType().Name} {e.Message} "
                    + $"{e.InnerException?.Message}\n{RequestMaker.Describe(request, body)}");
            }
            if (wrote.IsCompleted && await RowsAsync() is var after && after != before)
            {
                faults.Add($"changed something although it was refused\n{RequestMaker.Describe(request, body)}");
                before = after;
            }
            return false;
        }
    }

    private static bool IsEndless(HttpResponseMessage answer)
        => answer.Content.Headers.ContentType?.MediaType is "text/event-stream" or "application/x-ndjson";

    /// <summary>Waits for work in progress, and undoes what would prevent the next request.</summary>
    private async Task SettleAsync(VisibilityRow row)
    {
        await cloud.UntilAsync(async () => (await cloud.ServersAsync()).All(server => server.RunningAction is null));
        if (row.Pattern.StartsWith("/os-quota-sets", StringComparison.Ordinal))
            await WriteAsync("DELETE FROM quotas");
        if (row.Pattern.StartsWith("/os-quota-class-sets", StringComparison.Ordinal))
            await WriteAsync("DELETE FROM quota_classes");
        if (row.Pattern.StartsWith("/os-services", StringComparison.Ordinal))
            await WriteAsync("DELETE FROM services");
    }

    private Task WriteAsync(string sql) => cloud.Database.WriteAsync(db => db.ExecuteAsync(sql), Token);

    private Task<string> RowsAsync() => running.RowsAsync();

    private static int HashCode(string name)
        => name.Aggregate(17, (hash, character) => unchecked(hash * 31 + character));
}
