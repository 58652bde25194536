using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kiroku.Api;
using Kiroku.CommandLine.Clouds;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>The live record of a service, over HTTP.</summary>
internal sealed class LiveRecordClient(SignedIn cloud)
{
    private const int MostPageSize = 1000;
    private const string Ndjson = "application/x-ndjson";

    /// <summary>Longer than the service ever waits.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    /// <summary>Actions that fulfil a filter, page by page, as many as are taken.</summary>
    public async IAsyncEnumerable<ToldPage> ListAsync(
        ListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var path = Path("actions", [
                ("filter", query.Filter), ("order_by", query.OldestFirst ? "start_time" : null),
                ("all_projects", query.AllProjects ? "true" : null), ("page_token", next),
                ("page_size", $"{Math.Clamp(query.PageSize, 1, MostPageSize)}")]);
            using var answer = await GetAsync(new CloudRequest(HttpMethod.Get, path), cancellationToken);
            var page = await Refusal.ReadAsync(answer, null, cancellationToken);
            next = page.TextOf("next_page_token");
            yield return new ToldPage([.. Actions(page)], page.TextOf("position"), IsLast: next is null);
        }
        while (next is not null);
    }

    /// <summary>
    /// An action: as it is, or as soon as it is not any more what a tag stands for, at the latest after some time.
    /// </summary>
    /// <exception cref="TimeoutException">The service did not answer within <paramref name="longest"/>.</exception>
    public async Task<(ToldAction? Action, string? Tag)> ShowAsync(
        ActionName name, TimeSpan? wait, string? knownTag, CancellationToken cancellationToken,
        TimeSpan? longest = null)
    {
        List<(string, string)> headers = [];
        if (wait is { } asked)
            headers.Add(("Prefer", $"wait={(int)asked.TotalSeconds}"));
        if (knownTag is not null)
            headers.Add(("If-None-Match", knownTag));
        var request = new CloudRequest(HttpMethod.Get, name.Path)
        {
            Headers = headers,
            Longest = longest ?? (wait ?? default) + Slack,
        };
        using var answer = await cloud.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotModified)
            return (null, knownTag);
        await RequireAsync(answer, cancellationToken);
        return (ToldAction.Of(await Refusal.ReadAsync(answer, null, cancellationToken)), $"{answer.Headers.ETag}");
    }

    public async Task CancelAsync(ActionName name, CancellationToken cancellationToken)
    {
        using var answer = await cloud.SendAsync(
            new CloudRequest(HttpMethod.Post, $"{name.Path}/cancel"), cancellationToken);
        await RequireAsync(answer, cancellationToken);
    }

    /// <summary>The changes of the record as they come, as lines of JSON.</summary>
    public Task<HttpResponseMessage> FollowAsync(
        ListQuery query, string? after, CancellationToken cancellationToken)
        => GetAsync(new CloudRequest(HttpMethod.Get, Path("stream", [
            ("filter", query.Filter), ("all_projects", query.AllProjects ? "true" : null), ("after", after)]))
        {
            Headers = [("Accept", Ndjson)],
        }, cancellationToken);

    /// <summary>Every action that fulfils a filter, as a file.</summary>
    public Task<HttpResponseMessage> ExportAsync(
        string format, ListQuery query, CancellationToken cancellationToken)
        => GetAsync(new CloudRequest(HttpMethod.Get, Path("export", [
            ("format", format), ("filter", query.Filter), ("all_projects", query.AllProjects ? "true" : null)])),
            cancellationToken);

    private async Task<HttpResponseMessage> GetAsync(CloudRequest request, CancellationToken cancellationToken)
    {
        var answer = await cloud.SendAsync(request, cancellationToken);
        try
        {
            await RequireAsync(answer, cancellationToken);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private async Task RequireAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var refusal = await Refusal.OfAsync(answer, $"{cloud.Root}actions/v1", cancellationToken);
        // Only Kiroku has problem documents there.
        throw answer.StatusCode == HttpStatusCode.NotFound && refusal.Type is null
            ? new UsageException($"{cloud.Root} keeps no live record: is it Kiroku?")
            : refusal;
    }

    private static IEnumerable<ToldAction> Actions(JsonElement page)
        => page.TryGetProperty("actions", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(ToldAction.Of)
            : [];

    private static string Path(string what, IEnumerable<(string Name, string? Value)> parameters)
        => $"actions/v1/{what}?{string.Join('&', parameters.Where(parameter => parameter.Value is { Length: > 0 })
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"))}".TrimEnd('?');
}

/// <summary>Which actions are asked for.</summary>
internal sealed record ListQuery(string? Filter, bool AllProjects)
{
    public bool OldestFirst { get; init; }

    public int PageSize { get; init; } = 50;
}

/// <summary>
/// A page of actions, the feed's position when the first page was read, and whether no other page follows.
/// </summary>
internal sealed record ToldPage(IReadOnlyList<ToldAction> Actions, string? Position, bool IsLast);
