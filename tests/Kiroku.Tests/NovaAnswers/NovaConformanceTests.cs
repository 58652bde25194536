using System.Text.Json.Nodes;
using Kiroku.Api;

namespace Kiroku.Tests.NovaAnswers;

public sealed class NovaConformanceTests(CapturedStory story) : IClassFixture<CapturedStory>
{
    private static readonly string[] Versions = ["2.1", "2.62", "2.84"];
    private static readonly string[] Names = ["admin", "demo", "demoreader", "other"];

    public static TheoryData<string, string> VersionsAndUsers
        => [.. Versions.SelectMany(
            version => Names, (version, name) => new TheoryDataRow<string, string>(version, name))];

    [Theory]
    [MemberData(nameof(VersionsAndUsers))]
    public async Task List_and_show_answer_as_nova_does_except_where_intended(string version, string user)
        => Assert.DoesNotContain(
            await DifferencesAsync(version, user), difference => IntendedDifferences.Of(difference) is null);

    [Fact]
    public async Task Every_intended_difference_is_still_needed()
    {
        var needed = new HashSet<string>();
        foreach (var (version, user) in Versions.SelectMany(version => Names, (version, user) => (version, user)))
            needed.UnionWith(
                (await DifferencesAsync(version, user)).Select(
                    difference => IntendedDifferences.Of(difference)?.Difference ?? ""));
        Assert.All(IntendedDifferences.All, intended => Assert.Contains(intended.Difference, needed));
    }

    [Fact]
    public void Posts_answer_as_nova_does()
    {
        foreach (var (nova, (ours, statusAfter)) in Captured.Posts.Zip(story.Posts))
        {
            var comparison = new Comparison($"POST {nova["request"]!["body"]!.AsObject().First().Key}");
            // What Nova does not have is where the action is told in the live record, in a header of its own.
            if (ours.Status == StatusCodes.Status202Accepted)
                Assert.EndsWith(
                    $"/servers/{story.Server}/actions/{ours.Header("x-compute-request-id")}>; rel=\"monitor\"",
                    ours.Header("link"), StringComparison.Ordinal);
            var rest = ours with { Headers = [.. ours.Headers.Where(header => header.Name != "link")] };
            comparison.Of(Answer.Of(nova), rest);
            Assert.Empty(comparison.Differences);
            if (nova["status_after"] is { } expected)
                Assert.Equal((string)expected!, statusAfter);
        }
    }

    [Fact]
    public async Task Host_ids_hash_the_actions_project_and_the_host()
    {
        var shown = await story.User("admin").GetJsonAsync(
            $"/v2.1/servers/{story.Server}/os-instance-actions/{story.RequestIds.First()}",
            ("OpenStack-API-Version", "compute 2.84"));
        var e = shown["instanceAction"]!["events"]![0]!;
        var expected = HostIds.Of(story.User("demo").ProjectId, (string)e["host"]!);
        Assert.Equal(expected, (string)e["hostId"]!);
        Assert.Equal(56, expected.Length);
        Assert.Equal("84f078925f57606bcfeb3b50c814a388a2bb64f3cca6841faf727fd9",
            HostIds.Of("3967837308e340b0aca322dcb05fcc7b", "rig-compute"));
    }

    private async Task<List<string>> DifferencesAsync(string version, string user)
    {
        var captured = Captured.Of(version, user);
        var path = $"/v2.1/servers/{story.Server}/os-instance-actions";
        var differences = new List<string>();
        await CompareAsync("list", captured["list"]!, path);
        foreach (var (shown, id) in captured["show"]!.AsArray().Zip(story.RequestIds))
            await CompareAsync(
                $"show {(string?)shown!["body"]!["instanceAction"]?["action"] ?? "nothing"}", shown, $"{path}/{id}");
        return differences;

        async Task CompareAsync(string what, JsonNode nova, string address)
        {
            using var message = await story.User(user).GetAsync(
                address, ("OpenStack-API-Version", $"compute {version}"));
            var comparison = new Comparison(what);
            comparison.Of(InVersion(Answer.Of(nova), version), await Answer.OfAsync(message));
            differences.AddRange(comparison.Differences);
        }
    }

    /// <summary>The other user's answers were captured in one version only, because they are the same in
    /// all.</summary>
    private static Answer InVersion(Answer answer, string version)
        => answer with
        {
            Headers = [
                .. answer.Headers.Select(
                    header => (header.Name, header.Value.Replace("2.84", version, StringComparison.Ordinal)))],
        };
}
