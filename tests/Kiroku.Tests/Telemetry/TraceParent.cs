using Dapper;
using Kiroku.Actions;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Telemetry;

/// <summary>Requests that name a trace, and what became of that.</summary>
internal static class TraceParent
{
    /// <summary>Asks for an action, which must be accepted, and returns its request id.</summary>
    public static async Task<string> ActAsync(TestUser user, Guid server, string body, string? trace = null)
    {
        (string, string)[] headers = trace is null ? [] : [("traceparent", trace)];
        using var answer = await user.PostAsync($"/v2.1/servers/{server}/action", body, headers);
        Assert.Equal(202, (int)answer.StatusCode);
        return answer.Headers.GetValues("x-compute-request-id").Single();
    }

    /// <summary>The trace of an action whose caller named none.</summary>
    public static string OwnOf(string requestId)
        => requestId["req-".Length..].Replace("-", "", StringComparison.Ordinal);

    public static async Task<string?> ShownAsync(Cloud cloud, Guid server, string requestId)
        => (string?)(await cloud.Demo.GetJsonAsync($"/actions/v1/servers/{server}/actions/{requestId}"))["trace_id"];

    /// <summary>How many bytes a row has for its trace.</summary>
    public static Task<long> SizeAsync(Cloud cloud, string requestId)
        => cloud.Database.ReadAsync(
            db => db.ExecuteScalarAsync<long>(
                "SELECT length(trace) FROM records WHERE request = @request",
                new { request = CompactId.OfRequest(requestId) }), TestContext.Current.CancellationToken);
}
