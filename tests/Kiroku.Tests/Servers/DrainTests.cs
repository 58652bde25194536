using Kiroku.Actions;
using Kiroku.Servers.Engine;

namespace Kiroku.Tests.Servers;

public sealed class DrainTests : IAsyncLifetime
{
    private const string Stop = """{"os-stop":null}""";
    private readonly TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource copying = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<int> told = [];
    private Cloud cloud = null!;
    private Guid server;

    private static Scenario Resize => Scenario.Of("resize");

    /// <summary>Starts an action and holds it in the middle of its steps.</summary>
    public async ValueTask InitializeAsync()
    {
        cloud = await Cloud.StartAsync(("Servers:RestTimeout", "00:00:00.05"));
        server = await Resize.PrepareAsync(cloud);
        cloud.Hypervisor.Before = operation =>
        {
            if (operation != "copy")
                return Task.CompletedTask;
            copying.TrySetResult();
            return wake.Task;
        };
    }

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task Running_actions_end_and_nothing_new_begins()
    {
        var requestId = await BeginAsync();
        var drained = DrainAsync();

        using var refused = await cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", Stop);
        Assert.Equal((503, true), ((int)refused.StatusCode, refused.Headers.RetryAfter is not null));
        Assert.Contains("The service is stopping.",
            await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var create = await cloud.Demo.PostAsync("/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"{{{Cloud.Small}}}","imageRef":"{{{cloud.Image}}}"}}""");
        Assert.Equal(503, (int)create.StatusCode);
        using var read = await cloud.Demo.GetAsync("/v2.1/servers");
        Assert.Equal(200, (int)read.StatusCode);
        // A proxy must stop sending requests here.
        using var health = await cloud.Demo.GetAsync("/healthz");
        Assert.Equal((503, "draining"),
            ((int)health.StatusCode, await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.False(drained.IsCompleted);

        wake.SetResult();
        await drained;
        var action = await cloud.ActionAsync(server, requestId);
        Assert.Equal(Outcomes.Succeeded, action.Action.Outcome);
        Assert.Equal(Resize.Events, action.Events.Reverse().Select(e => e.Event));
        Assert.Equal([1], told.Distinct());
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task Without_running_actions_the_service_ends_at_once()
    {
        await using var idle = await Cloud.StartAsync();
        var resting = idle.App.Services.GetRequiredService<Resting>();
        await resting.DrainAsync(told.Add);
        Assert.Empty(told);
        Assert.True(resting.IsAsked);
    }

    [Fact]
    public async Task A_draining_service_that_is_told_to_stop_rests_in_time_and_goes_on_after_the_next_start()
    {
        var requestId = await BeginAsync();
        var drained = DrainAsync();

        await cloud.StopAsync();
        await drained;
        wake.SetResult();
        Assert.Equal(Outcomes.Running,
            (await new ActionStore(cloud.Database, new FirstGeneration(cloud.Database)).FindAsync(
                server, requestId, TestContext.Current.CancellationToken))!.Action.Outcome);
        await cloud.StartAgainAsync();
        Assert.Equal(Outcomes.Succeeded, (await cloud.EndedAsync(server, requestId)).Action.Outcome);
        await cloud.AssertWholeAsync(server);
    }

    private async Task<string> BeginAsync()
    {
        var (status, requestId) = await cloud.ActAsync(server, Resize.Body(cloud));
        Assert.Equal(202, status);
        await copying.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return requestId;
    }

    private Task DrainAsync() => cloud.App.Services.GetRequiredService<Resting>().DrainAsync(told.Add);
}
