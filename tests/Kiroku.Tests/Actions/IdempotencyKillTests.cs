using Kiroku.Actions;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions;

public sealed class IdempotencyKillTests
{
    [Theory]
    [InlineData("stop")]
    [InlineData("rebuild")]
    [InlineData("confirmResize")]
    public async Task An_action_killed_at_any_moment_and_repeated_is_done_once(string name)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync();
        var trial = await scenario.PrepareAsync(cloud);
        var points = Points.Count(cloud);
        await cloud.EndedAsync(trial, (await ActAsync(trial, "trial")).RequestId);
        foreach (var moment in Points.Some(points.Passed.Count, oneIn: 6, name))
        {
            var server = await scenario.PrepareAsync(cloud);
            var before = (await ActionsAsync(cloud, server)).Count;
            await KillAsync(cloud, moment, () => ActAsync(server, $"{moment}"));

            var repeated = await ActAsync(server, $"{moment}");

            Assert.InRange(repeated.Status, 200, 299);
            Assert.Null((await cloud.EndedAsync(server, repeated.RequestId)).Action.Message);
            Assert.Equal(before + 1, (await ActionsAsync(cloud, server)).Count);
            Assert.Equal(scenario.EndsIn, (await cloud.ServerAsync(server)).VmState);
            Assert.Equal(repeated, await ActAsync(server, $"{moment}"));
        }

        Task<Repeat.Given> ActAsync(Guid server, string key)
            => Repeat.ActAsync(cloud.Demo, server, scenario.Body(cloud), key);
    }

    [Fact]
    public async Task A_creation_killed_at_any_moment_and_repeated_makes_one_server()
    {
        await using var cloud = await Cloud.StartAsync();
        var points = Points.Count(cloud);
        var trial = await cloud.CreateServerAsync();
        var moments = points.Passed.Count;
        await cloud.DeleteAsync(trial);
        foreach (var moment in Points.Some(moments, oneIn: 6, "create"))
        {
            await KillAsync(cloud, moment, () => Repeat.CreateAsync(cloud, $"{moment}"));

            var repeated = await Repeat.CreateAsync(cloud, $"{moment}");

            var server = Assert.Single(await cloud.ServersAsync());
            Assert.Equal(202, repeated.Status);
            Assert.Contains(server.Id.ToString(), repeated.Body, StringComparison.Ordinal);
            Assert.Null((await cloud.EndedAsync(server.Id, repeated.RequestId)).Action.Message);
            await cloud.DeleteAsync(server.Id);
        }
    }

    [Fact]
    public async Task A_deletion_killed_at_any_moment_and_repeated_is_done_once()
    {
        await using var cloud = await Cloud.StartAsync();
        var trial = await cloud.CreateServerAsync();
        var points = Points.Count(cloud);
        await cloud.DeleteAsync(trial);
        foreach (var moment in Points.Some(points.Passed.Count, oneIn: 6, "delete"))
        {
            var server = await cloud.CreateServerAsync();
            await KillAsync(cloud, moment, () => Repeat.DeleteAsync(cloud.Demo, server, $"{moment}"));

            var repeated = await Repeat.DeleteAsync(cloud.Demo, server, $"{moment}");

            Assert.Equal(204, repeated.Status);
            Assert.Null((await cloud.EndedAsync(server, repeated.RequestId)).Action.Message);
            Assert.Equal(2, (await ActionsAsync(cloud, server)).Count);
        }
    }

    /// <summary>Sends the request, kills the service at that moment of its work and starts it again.</summary>
    private static async Task KillAsync(Cloud cloud, int moment, Func<Task> ask)
    {
        var kill = Points.KillAt(cloud, moment);
        _ = ask().ContinueWith(asked => _ = asked.Exception, TaskScheduler.Default);
        await kill.Reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{moment}: {kill.Passed[^1]}");
        await cloud.StartAgainAsync();
    }

    private static Task<IReadOnlyList<ActionRecord>> ActionsAsync(Cloud cloud, Guid server)
        => cloud.App.Services.GetRequiredService<ActionStore>().ListAsync(
            server, new ActionQuery(1000), TestContext.Current.CancellationToken);
}
