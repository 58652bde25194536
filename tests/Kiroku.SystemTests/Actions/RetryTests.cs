using Kiroku.Hypervisors;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// Steps that fail because of a fault outside the service are really tried again, and the record shows it.
/// </summary>
public sealed class RetryTests(RetryTests.SlowToRetry service) : ServiceTests(service),
IClassFixture<RetryTests.SlowToRetry>
{
    private const string Step = "compute_start_instance";

    [Fact]
    public async Task A_start_whose_disk_comes_back_succeeds_on_the_second_attempt()
    {
        var server = await NewStoppedServerAsync();
        using var disk = new MovedAway(Service, server);
        var request = await server.ActAsync("os-start");
        await Poll.UntilAsync("the first attempt to fail",
            async () => (await server.RecordAsync(request)).Of(Step).Any(item => item.Result == "Error"));
        Assert.Null((await server.RecordAsync(request)).Message);
        disk.PutBack();
        await server.SettledAsync("ACTIVE");

        var record = await server.RecordAsync(request);
        Assert.Equal([$"{Step} Error", $"{Step} Success"], record.Results);
        Assert.Null(record.Message);
        Assert.True(record.Events[1].Start > record.Events[0].Finish);
        ExpectSentence(record.Events[0].Details);
        Assert.Null(record.Events[1].Details);
        var path = $"/v2/{Service.Demo.ProjectId}/servers/{server.Id}/os-instance-actions/{request}";
        var owners = new Recorded((await Service.Demo.ReadAsync(path))["instanceAction"]!.AsObject());
        Assert.All(owners.Events, item => Assert.Null(item.Traceback));
        var administrators = await server.RecordAsync(Service.Admin, request);
        Assert.Contains("start the machine", administrators.Events[0].Traceback!, StringComparison.Ordinal);
        Assert.Null(administrators.Events[1].Traceback);
    }

    [LongFact("it waits between three attempts; FailureTests has every step")]
    public async Task A_start_whose_disk_stays_away_fails_three_times_and_leaves_the_server_to_a_later_one()
    {
        var server = await NewStoppedServerAsync();
        using (new MovedAway(Service, server))
        {
            var record = await server.FailedAsync(await server.ActAsync("os-start"));
            Assert.Equal([$"{Step} Error", $"{Step} Error", $"{Step} Error"], record.Results);
            Assert.All(record.Events, item => ExpectSentence(item.Details));
            await server.SettledAsync("SHUTOFF");
        }
        await server.DoAsync("os-start", "ACTIVE");
        Assert.Equal(2, (await server.BootedAsync(await server.BootedAsync())).Boots);
    }

    [LongFact("it sits out the calls' time limits; FailureTests has every step")]
    public async Task A_start_outlasts_a_daemon_that_hangs_for_a_while()
    {
        var server = await NewStoppedServerAsync();
        await Service.FreezeAsync(Service.DaemonId);
        var request = await server.ActAsync("os-start");
        await Poll.UntilAsync("the first attempt to fail",
            async () => (await server.RecordAsync(request)).Of(Step).Any(item => item.Result == "Error"));
        await Service.ThawAsync();
        await server.SettledAsync("ACTIVE");
        await ExpectRetriedAsync(server, request);
    }

    [Fact]
    public async Task A_start_outlasts_a_daemon_that_is_killed()
    {
        var server = await NewStoppedServerAsync();
        var daemon = Service.DaemonId;
        await Service.FreezeAsync(daemon);
        var request = await server.ActAsync("os-start");
        await server.OpenedAsync(request, Step);
        await Commands.SignalAsync("KILL", daemon);
        await server.SettledAsync("ACTIVE");
        await ExpectRetriedAsync(server, request);
        Assert.NotEqual(daemon, Service.DaemonId);
    }

    private async Task ExpectRetriedAsync(TestServer server, string request)
    {
        var record = await server.RecordAsync(request);
        Assert.Null(record.Message);
        Assert.Equal("Success", record.Events[^1].Result);
        Assert.All(record.Events.SkipLast(1), item => Assert.Equal("Error", item.Result));
        Assert.InRange(record.Events.Count, 2, 3);
        Assert.Equal(MachineState.Running, await server.MachineAsync());
        Assert.Equal(2, (await server.BootedAsync(await server.BootedAsync())).Boots);
        Assert.False(Service.HasEnded);
    }

    /// <summary>Checks that the owner reads a sentence that reveals nothing of the host.</summary>
    private void ExpectSentence(string? details)
    {
        Assert.Matches("^[A-Z][^/]*\\.$", details!);
        Assert.DoesNotContain(Service.Data, details, StringComparison.Ordinal);
    }

    /// <summary>A service that gives a test time to act between the first attempt and the second.</summary>
    public sealed class SlowToRetry : TestService
    {
        internal override Dictionary<string, string> Settings
            => new(base.Settings) { ["Actions__FirstDelay"] = "00:00:05" };
    }

    /// <summary>Moves a disk for a while to a place where it is not swept, beside the folder of the volumes.</summary>
    private sealed class MovedAway : IDisposable
    {
        private readonly string file;
        private readonly string away;

        public MovedAway(TestService service, TestServer server)
        {
            file = Path.Combine(service.VolumesFolder, server.Disks().Single());
            away = Path.Combine(service.Data, "away");
            File.Move(file, away);
        }

        public void PutBack() => File.Move(away, file);

        public void Dispose()
        {
            if (!File.Exists(file)) PutBack();
        }
    }
}
