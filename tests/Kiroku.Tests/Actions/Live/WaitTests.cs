using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions.Live;

/// <summary>Requests for one action that wait for its end, or for its next change.</summary>
public sealed class WaitTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task A_request_waits_until_the_action_has_ended()
    {
        var (path, end) = await BeginAsync();
        using (var early = await GetAsync(path, "wait=1"))
            Assert.False(await IsDoneAsync(early));
        var waiting = Enumerable.Range(0, 50).Select(_ => GetAsync(path, "wait=60")).ToList();
        end.SetResult();
        foreach (var answer in await Task.WhenAll(waiting))
        {
            using (answer)
            {
                Assert.Equal("wait=60", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
                Assert.True(await IsDoneAsync(answer));
            }
        }
    }

    [Fact]
    public async Task A_request_that_knows_the_action_waits_for_its_next_change()
    {
        var (path, end) = await BeginAsync();
        using var first = await GetAsync(path);
        var known = Assert.Single(first.Headers.GetValues("ETag"));
        foreach (var wait in new[] { null, "wait=0", "wait=1" })
        {
            using var same = await GetAsync(path, wait, known);
            Assert.Equal((304, ""), ((int)same.StatusCode, await TextAsync(same)));
            Assert.Equal(known, Assert.Single(same.Headers.GetValues("ETag")));
        }
        var waiting = GetAsync(path, "wait=60", $"W/\"other\", {known}");
        end.SetResult();
        using var changed = await waiting;
        Assert.Equal(200, (int)changed.StatusCode);
        Assert.NotEqual(known, Assert.Single(changed.Headers.GetValues("ETag")));
        await Cloud.UntilAsync(async () => await IsDoneAsync(await GetAsync(path)));
        using var ended = await GetAsync(path);
        using var any = await GetAsync(path, "wait=1", "*");
        Assert.Equal((200, 304), ((int)ended.StatusCode, (int)any.StatusCode));
    }

    [Fact]
    public async Task What_has_ended_is_not_waited_for()
    {
        var ended = await Cloud.NewestActionAsync(running.Server);
        using var answer = await GetAsync(Path(running.Server, ended.Action.RequestId), "wait=120");
        Assert.True(await IsDoneAsync(answer));
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("wait=")]
    [InlineData("wait=-1")]
    [InlineData("wait=121")]
    [InlineData("wait=1e9")]
    [InlineData("wait=99999999999999999999")]
    [InlineData("wait=abc")]
    [InlineData("respond-async, WAIT=1.5; foo=bar")]
    public async Task A_wait_that_is_no_number_of_seconds_is_refused(string prefer)
    {
        var ended = await Cloud.NewestActionAsync(running.Server);
        using var answer = await GetAsync(Path(running.Server, ended.Action.RequestId), prefer);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal("urn:kiroku:problem:invalid-parameter", (string)JsonNode.Parse(await TextAsync(answer))!["type"]!);
    }

    [Theory]
    [InlineData("respond-async")]
    [InlineData("waiting=x")]
    [InlineData("wait = \"0\", wait=nonsense")]
    [InlineData("")]
    public async Task Other_preferences_and_later_waits_are_ignored(string prefer)
    {
        var ended = await Cloud.NewestActionAsync(running.Server);
        using var answer = await GetAsync(Path(running.Server, ended.Action.RequestId), prefer);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Nobody_waits_for_what_another_project_does()
    {
        var (path, end) = await BeginAsync();
        using var answer = await running.Other.GetAsync(path, ("Prefer", "wait=120"));
        end.SetResult();
        Assert.Equal(404, (int)answer.StatusCode);
    }

    /// <summary>Begins an action on a server of its own, which goes on when the source is set.</summary>
    private async Task<(string Path, TaskCompletionSource End)> BeginAsync()
    {
        var server = await Cloud.CreateServerAsync();
        var (reached, end) = (NewSource(), NewSource());
        Cloud.Hypervisor.Before = _ =>
        {
            reached.TrySetResult();
            return end.Task;
        };
        var (_, request) = await Cloud.ActAsync(server, """{"os-stop":null}""");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        return (Path(server, request), end);
    }

    private Task<HttpResponseMessage> GetAsync(string path, string? prefer = null, string? known = null)
        => Cloud.Demo.GetAsync(path, [
            .. prefer is null ? Array.Empty<(string, string)>() : [("Prefer", prefer)],
            .. known is null ? Array.Empty<(string, string)>() : [("If-None-Match", known)]]);

    private static string Path(Guid server, string request) => $"/actions/v1/servers/{server}/actions/{request}";

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<bool> IsDoneAsync(HttpResponseMessage answer)
        => (bool)JsonNode.Parse(await TextAsync(answer))!["done"]!;

    private static Task<string> TextAsync(HttpResponseMessage answer)
        => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
