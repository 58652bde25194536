using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// SIGTERM in the middle of an action: the service ends in time, and the action goes on after the next start without
/// any Error.
/// </summary>
public sealed class RestTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    [Theory]
    [InlineData("os-stop", "compute_stop_instance", "SHUTOFF")]
    [InlineData("""{"resize": {"flavorRef": "84"} }""", "compute_resize_instance", "VERIFY_RESIZE")]
    public async Task An_action_whose_guest_is_slow_rests_and_goes_on(string action, string step, string status)
    {
        var server = await NewServerAsync();
        var guest = await server.BootedAsync();
        await Service.FreezeAsync(Service.QemuOf(server.Id));
        var request = await server.ActAsync(action);
        await server.OpenedAsync(request, step);
        await Service.TerminateAsync();
        await Service.ThawAsync();
        await Service.EnsureStartedAsync();
        await server.SettledAsync(status);

        var record = await server.RecordAsync(request);
        Assert.Null(record.Message);
        Assert.All(record.Events, item => Assert.Equal("Success", item.Result));
        Assert.Single(record.Of(step));
        Assert.Equal(request, (string)(await server.ActionsAsync())[0]["request_id"]!);
        if (status == "VERIFY_RESIZE")
            Assert.Equal(guest.DiskId, (await server.BootedAsync(guest)).DiskId);
    }

    [Fact]
    public async Task A_service_that_stops_takes_no_new_actions_and_says_when_to_come_again()
    {
        var (busy, other) = (await NewServerAsync(), await NewServerAsync());
        await busy.BootedAsync();
        await Service.FreezeAsync(Service.QemuOf(busy.Id));
        var request = await busy.ActAsync("os-stop");
        await busy.OpenedAsync(request, "compute_stop_instance");
        var ending = Service.TerminateAsync();
        var refused = await Poll.ForAsync("a refusal", async () =>
        {
            // This was refused before as well, but because of the server's present state.
            var answer = await other.TryAsync("""{"os-start": null}""");
            return answer.Status == 503 ? answer : null;
        });
        Assert.NotNull(refused.Headers.RetryAfter);
        await ending;
        await Service.ThawAsync();
        await Service.EnsureStartedAsync();
        await busy.SettledAsync("SHUTOFF");
    }
}
