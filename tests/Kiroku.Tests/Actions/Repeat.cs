using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions;

/// <summary>
/// Sends requests that can be repeated: each has an Idempotency-Key, and all parts of its answer that a repetition
/// must return are kept.
/// </summary>
internal static class Repeat
{
    public const string Header = "Idempotency-Key";

    /// <summary>The parts of an answer that must be the same for a repeated request.</summary>
    public sealed record Given(int Status, string RequestId, string ComputeRequestId, string? Location, string Body);

    public static Task<Given> ActAsync(TestUser user, Guid server, string body, string key)
        => ReadAsync(user.PostAsync(
            $"/v2.1/servers/{server}/action", body, [(Header, key), .. ActionKeys.HeadersFor(body)]));

    public static Task<Given> DeleteAsync(TestUser user, Guid server, string key)
        => ReadAsync(user.DeleteAsync($"/v2.1/servers/{server}", (Header, key)));

    public static Task<Given> CreateAsync(Cloud cloud, string key, string name = "vm", int count = 1)
        => ReadAsync(cloud.Demo.PostAsync("/v2.1/servers", Creation(cloud, name, count), (Header, key)));

    public static string Creation(Cloud cloud, string name = "vm", int count = 1)
        => $$$"""{"server":{"name":"{{{name}}}","flavorRef":"{{{Cloud.Small}}}","imageRef":"{{{cloud.Image}}}","min_count":{{{count}}}}}""";

    public static async Task<Given> ReadAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return new Given(
            (int)answer.StatusCode,
            answer.Headers.GetValues("x-openstack-request-id").Single(),
            answer.Headers.GetValues("x-compute-request-id").Single(),
            answer.Headers.Location?.ToString(),
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
