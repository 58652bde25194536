using Dapper;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Tests.Images;

namespace Kiroku.Tests.Servers;

/// <summary>Each failed attempt says why in a word.</summary>
public sealed class ReasonCodesTests
{
    private const string Stop = """{"os-stop":null}""";
    private const string CreateImage = """{"createImage":{"name":"snap"}}""";

    [Theory]
    [InlineData(HypervisorFailure.Unavailable, false, ReasonCodes.HostUnreachable)]
    [InlineData(HypervisorFailure.Unavailable, true, ReasonCodes.TimedOut)]
    [InlineData(HypervisorFailure.Away, false, ReasonCodes.HostUnreachable)]
    [InlineData(HypervisorFailure.Failed, false, ReasonCodes.HypervisorFailed)]
    [InlineData(HypervisorFailure.NoSpace, false, ReasonCodes.DiskFull)]
    [InlineData(HypervisorFailure.NotSupported, false, ReasonCodes.NotSupported)]
    public async Task A_hypervisors_failure_is_told_by_its_kind(HypervisorFailure failure, bool late, string code)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        Fail(cloud, "stop", new HypervisorException(failure, "stop the machine", "secret") { IsLate = late });
        var stop = await cloud.DoAsync(server, Stop);
        Assert.Equal(Outcomes.Failed, stop.Action.Outcome);
        Assert.All(stop.Events, attempt => Assert.Equal(code, attempt.ReasonCode));
        var shown = await cloud.Demo.GetJsonAsync(
            $"/actions/v1/servers/{server}/actions/{stop.Action.RequestId}");
        Assert.All(
            shown["attempts"]!.AsArray(), attempt => Assert.Equal(code, (string)attempt!["reason_code"]!));
    }

    [Fact]
    public async Task What_nobody_foresaw_is_an_internal_error()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        Fail(cloud, "stop", new InvalidOperationException("secret"));
        Assert.All(
            (await cloud.DoAsync(server, Stop)).Events,
            attempt => Assert.Equal(ReasonCodes.InternalError, attempt.ReasonCode));
    }

    [Fact]
    public async Task An_outer_step_fails_for_the_reason_of_the_inner_one()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await Scenario.Of("rebuild of a stopped server").PrepareAsync(cloud);
        Fail(cloud, "stop", new HypervisorException(HypervisorFailure.NoSpace, "stop the machine", "secret"));
        var rebuild = await cloud.DoAsync(server, Scenario.Of("rebuild").Body(cloud));
        Assert.Equal(
            [EventNames.Rebuild, EventNames.Stop], rebuild.Events.Select(attempt => attempt.Event).Distinct().Order());
        Assert.All(rebuild.Events, attempt => Assert.Equal(ReasonCodes.DiskFull, attempt.ReasonCode));
    }

    [Fact]
    public async Task A_server_for_which_there_is_no_host_has_no_valid_one()
    {
        await using var cloud = await Cloud.StartAsync();
        var host = (await cloud.ServerAsync(await cloud.CreateServerAsync())).Host;
        await cloud.Database.WriteAsync(
            db => db.ExecuteAsync(
                "INSERT INTO services (host, disabled, forced_down) VALUES (@host, 1, 0)", new { host }),
            TestContext.Current.CancellationToken);
        var create = await cloud.NewestActionAsync(await cloud.CreateServerAsync());
        Assert.Equal(
            (Outcomes.Failed, ReasonCodes.NoValidHost),
            (create.Action.Outcome, Assert.Single(create.Events).ReasonCode));
    }

    [Fact]
    public async Task A_rescue_fails_for_what_is_wrong_with_its_image()
    {
        await using var cloud = await Cloud.StartAsync();
        var large = await cloud.UploadAsync(new Qcow2 { Size = 1UL << 40 }.ToBytes(), "qcow2");
        await SetAsync(cloud, "virtual_size = NULL", large);
        var gone = await cloud.UploadAsync(new byte[1 << 20], "raw");
        var server = await cloud.CreateServerAsync(image: gone);
        using var deleted = await cloud.Admin.DeleteAsync($"/image/v2/images/{gone}");
        Assert.Equal(
            ReasonCodes.ImageGone, (await cloud.DoAsync(server, """{"rescue":null}""")).Events[0].ReasonCode);
        Assert.Equal(
            ReasonCodes.FlavorTooSmall,
            (await cloud.DoAsync(server, $$$"""{"rescue":{"rescue_image_ref":"{{{large}}}"}}""")).Events[0].ReasonCode);
    }

    [Fact]
    public async Task An_image_that_is_no_disk_is_rejected_and_one_whose_bytes_are_lost_is_unavailable()
    {
        await using var cloud = await Cloud.StartAsync();
        await SetAsync(cloud, "disk_format = 'qcow2'", cloud.Image);
        Assert.Equal(ReasonCodes.ImageRejected, (await InspectAsync()).ReasonCode);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(cloud.Folder, "images")))
            File.Delete(file);
        Assert.Equal(ReasonCodes.ImageUnavailable, (await InspectAsync()).ReasonCode);

        Task<StepException> InspectAsync() => Assert.ThrowsAsync<StepException>(
            () => cloud.App.Services.GetRequiredService<ServerImages>().InspectAsync(
                cloud.Image, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_disk_is_missing()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        Assert.True(cloud.Host.Volumes.TryRemove(Disks.NameOf(server, 1), out _));
        Assert.All(
            (await cloud.DoAsync(server, """{"shelve":null}""")).Events,
            attempt => Assert.Equal(ReasonCodes.DiskMissing, attempt.ReasonCode));
    }

    [Fact]
    public async Task A_resize_to_a_smaller_disk_is_refused_by_its_first_look_at_the_disk()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var disk = Disks.NameOf(server, 1);
        cloud.Host.Volumes[disk] = cloud.Host.Volumes[disk] with { Bytes = 1L << 50 };
        var resize = await cloud.DoAsync(server, """{"resize":{"flavorRef":"84"}}""");
        Assert.Equal(
            (EventNames.PrepResize, ReasonCodes.FlavorTooSmall),
            (resize.Events[0].Event, resize.Events[0].ReasonCode));
    }

    [Fact]
    public async Task An_image_that_is_made_cannot_be_kept_or_is_gone()
    {
        await using var cloud = await Cloud.StartAsync(("Actions:Attempts", "1"), ("Images:MaxSize", "2000000"));
        var server = await cloud.CreateServerAsync();
        cloud.Hypervisor.Through = target => new Swollen(target);
        Assert.Equal(ReasonCodes.ImageNotSaved, (await cloud.DoAsync(server, CreateImage)).Events[0].ReasonCode);
        cloud.Hypervisor.Through = target => target;
        cloud.Hypervisor.Before = operation => operation == "snapshot"
            ? cloud.Database.WriteAsync(
                db => db.ExecuteAsync("DELETE FROM images WHERE name = 'snap'"),
                TestContext.Current.CancellationToken)
            : Task.CompletedTask;
        Assert.Equal(ReasonCodes.ImageGone, (await cloud.DoAsync(server, CreateImage)).Events[0].ReasonCode);
    }

    [Fact]
    public async Task An_attempt_is_closed_with_the_reason_why_nobody_went_on_with_it()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var reached = Hold(cloud, "stop");
        var (_, killed) = await cloud.ActAsync(server, Stop);
        await reached;
        cloud.Kill();
        await cloud.StartAgainAsync();
        Assert.Equal(
            [(ReasonCodes.Interrupted, EventResults.Error), (null, EventResults.Success)],
            (await cloud.EndedAsync(server, killed)).Events.Reverse()
                .Select(attempt => (attempt.ReasonCode, attempt.Result)));

        reached = Hold(cloud, "start");
        var (_, overtaken) = await cloud.ActAsync(server, """{"os-start":null}""");
        await reached;
        await cloud.ResetStateAsync(server, "active");
        Assert.Equal(
            ReasonCodes.Superseded, Assert.Single((await cloud.ActionAsync(server, overtaken)).Events).ReasonCode);

        reached = Hold(cloud, "stop");
        var (_, cancelled) = await cloud.ActAsync(server, Stop);
        await reached;
        Assert.Equal(202, (await Cancels.AskAsync(cloud.Demo, server, cancelled)).Status);
        Assert.Equal(
            ReasonCodes.Cancelled, Assert.Single((await cloud.EndedAsync(server, cancelled)).Events).ReasonCode);
    }

    [Fact]
    public async Task Reasons_can_be_searched_for()
    {
        await using var cloud = await Cloud.StartAsync(("Actions:Attempts", "1"));
        var server = await cloud.CreateServerAsync();
        Fail(cloud, "stop", new HypervisorException(HypervisorFailure.NoSpace, "stop the machine", "secret"));
        var full = (await cloud.DoAsync(server, Stop)).Action.RequestId;
        Fail(cloud, "stop", new HypervisorException(HypervisorFailure.Failed, "stop the machine", "secret"));
        var failed = (await cloud.DoAsync(server, Stop)).Action.RequestId;
        Assert.Equal([full], await FoundAsync("attempts.reason_code = disk-full"));
        Assert.Equal([failed, full], await FoundAsync("attempts.reason_code:*"));
        Assert.Equal([failed], await FoundAsync("outcome = failed AND attempts.reason_code != disk-full"));

        async Task<IEnumerable<string>> FoundAsync(string filter)
            => ((await cloud.Demo.GetJsonAsync($"/actions/v1/actions?filter={filter}"))["actions"]!.AsArray())
                .Select(action => (string)action!["request_id"]!);
    }

    [Fact]
    public void A_failure_without_a_reason_came_from_the_version_before()
    {
        Assert.Equal(ReasonCodes.Unknown, StepFailure.Of(new StepException("No.", permanent: true)).ReasonCode);
        Assert.Equal(
            ReasonCodes.Unknown, StepFailure.Of(new StepFailedException("step", "No.")).ReasonCode);
        Assert.Equal(
            ReasonCodes.DiskFull,
            StepFailure.Of(new StepFailedException("step", "No.") { ReasonCode = ReasonCodes.DiskFull }).ReasonCode);
    }

    /// <summary>Adds some megabytes to what is written.</summary>
    private sealed class Swollen(Stream target) : MemoryStream
    {
        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await target.WriteAsync(buffer, cancellationToken);
            await target.WriteAsync(new byte[4_000_000], cancellationToken);
        }
    }

    private static void Fail(Cloud cloud, string operation, Exception failure)
        => cloud.Hypervisor.Before = now => now == operation ? throw failure : Task.CompletedTask;

    /// <summary>Has an operation hang, which then shows that it was reached.</summary>
    private static Task Hold(Cloud cloud, string operation)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cloud.Hypervisor.Before = now =>
        {
            if (now != operation || reached.Task.IsCompleted)
                return Task.CompletedTask;
            reached.TrySetResult();
            return new TaskCompletionSource().Task;
        };
        return reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static Task SetAsync(Cloud cloud, string assignment, string image)
        => cloud.Database.WriteAsync(
            db => db.ExecuteAsync($"UPDATE images SET {assignment} WHERE id = @image", new { image }),
            TestContext.Current.CancellationToken);
}
