using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions;

public sealed class SeedTests
{
    [Theory]
    [InlineData("start", "start")]
    [InlineData("stop", "stop")]
    [InlineData("reboot", "soft reboot")]
    [InlineData("rebuild", "rebuild of a stopped server")]
    [InlineData("resize", "resize of a stopped server")]
    [InlineData("confirmResize", "confirmResize of a stopped server")]
    [InlineData("revertResize", "revertResize of a stopped server")]
    [InlineData("shelve", "shelve")]
    [InlineData("unshelve", "unshelve")]
    public async Task Each_action_is_shown_under_v2_as_the_seed_shows_it(string action, string scenarioName)
    {
        var seed = Read(action)["instanceAction"]!.AsObject();
        var scenario = Scenario.Of(scenarioName);
        await using var cloud = await Cloud.StartAsync();
        var server = await scenario.PrepareAsync(cloud);
        var done = await cloud.DoAsync(server, scenario.Body(cloud));

        var path = $"/{cloud.Demo.ProjectId}/servers/{server}/os-instance-actions/{done.Action.RequestId}";
        var shown = (await cloud.Demo.GetJsonAsync($"/v2{path}"))["instanceAction"]!.AsObject();

        Assert.Equal(Keys(seed), Keys(shown));
        Assert.Equal((string)seed["action"]!, (string)shown["action"]!);
        Assert.Null(shown["message"]);
        var (expected, events) = (seed["events"]!.AsArray(), shown["events"]!.AsArray());
        Assert.Equal(expected.Select(e => (string)e!["event"]!), events.Select(e => (string)e!["event"]!));
        Assert.All(events, e => Assert.Equal(Keys(expected[0]!.AsObject()), Keys(e!.AsObject())));
        Assert.All(events, e => Assert.Equal("Success", (string)e!["result"]!));
        Assert.All(events, e => Assert.Null(e!["traceback"]));
        AssertNestedAlike(expected, events);
        Assert.Equal(
            shown.ToJsonString(), (await cloud.Demo.GetJsonAsync($"/v2.1{path}"))["instanceAction"]!.ToJsonString());
    }

    /// <summary>
    /// Checks that a stop lies inside another event if it does so in the seed, and that all other events follow one
    /// another.
    /// </summary>
    private static void AssertNestedAlike(JsonArray seed, JsonArray ours)
    {
        for (var i = 1; i < seed.Count; i++)
            Assert.Equal(Inside(seed[i - 1]!, seed[i]!), Inside(ours[i - 1]!, ours[i]!));
    }

    private static bool Inside(JsonNode later, JsonNode earlier)
        => string.CompareOrdinal((string)later["start_time"]!, (string)earlier["finish_time"]!) < 0
            && string.CompareOrdinal((string)later["finish_time"]!, (string)earlier["finish_time"]!) <= 0;

    private static IEnumerable<string> Keys(JsonObject node)
        => node.Select(pair => pair.Key).Order(StringComparer.Ordinal);

    private static JsonNode Read(string action)
    {
        using var stream = typeof(SeedTests).Assembly.GetManifestResourceStream($"Kiroku.Tests.Seed.{action}.json")!;
        return JsonNode.Parse(stream)!;
    }
}
