using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Telemetry;

/// <summary>Callers' traces, right and wrong ones (https://www.w3.org/TR/trace-context/).</summary>
public sealed class TraceParentTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Span = "00f067aa0ba902b7";
    private const string Given = $"00-{Trace}-{Span}-01";

    [Theory]
    [InlineData(Given, Trace)]
    [InlineData($"00-{Trace}-{Span}-00", Trace)]
    // Flags that nobody knows yet, and a later version, which may have more at its end.
    [InlineData($"00-{Trace}-{Span}-ff", Trace)]
    [InlineData($"cc-{Trace}-{Span}-01-what-the-future-brings", Trace)]
    [InlineData($"cc-{Trace}-{Span}-01", Trace)]
    [InlineData("", null)]
    [InlineData("garbage", null)]
    [InlineData($"ff-{Trace}-{Span}-01", null)]
    [InlineData($"00-{Trace}-{Span}-01-more", null)]
    [InlineData($"00-{Trace}-{Span}-01-", null)]
    [InlineData($"00-{Trace}-{Span}-0", null)]
    [InlineData($"00-{Trace}-{Span}", null)]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", null)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01", null)]
    [InlineData($"00-00000000000000000000000000000000-{Span}-01", null)]
    [InlineData($"00-{Trace}-0000000000000000-01", null)]
    [InlineData($"00.{Trace}.{Span}.01", null)]
    [InlineData($"00-{Trace}-{Span}-01, 00-{Trace}-{Span}-01", null)]
    public async Task A_traceparent_is_taken_as_the_specification_says_and_a_wrong_one_ignored(
        string header, string? taken)
    {
        var server = await running.Cloud.CreateServerAsync();

        var requestId = await TraceParent.ActAsync(running.Cloud.Demo, server, """{"lock":null}""", header);

        Assert.Equal(
            taken ?? TraceParent.OwnOf(requestId), await TraceParent.ShownAsync(running.Cloud, server, requestId));
        Assert.Equal(taken is null ? 0 : 25, await TraceParent.SizeAsync(running.Cloud, requestId));
    }
}
