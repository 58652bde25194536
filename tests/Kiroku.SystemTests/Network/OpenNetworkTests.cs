using System.Net.Sockets;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Network;

/// <summary>
/// QEMU's open network, which was the default and can still be chosen. There the same guest does reach the host, but
/// no longer once its machine has the default network card.
/// </summary>
public sealed class OpenNetworkTests(OpenNetworkTests.OpenService service) : ServiceTests(service),
IClassFixture<OpenNetworkTests.OpenService>
{
    [LongFact("it is an upgrade from long ago; GuestNetworkTests keeps the door")]
    public async Task Guests_of_the_open_network_are_isolated_when_they_are_started_or_resumed_after_it_was_given_up()
    {
        await using var doors = new Doors();
        var targets = Target.OfTheHost(doors, Service.Port);
        Target[] all = [.. targets, .. await IsThereMetadataAsync() ? [Target.Metadata] : Array.Empty<Target>()];
        await SaysAsync("Hypervisors:Network is user");
        var suspended = await NewServerAsync(userData: Probe.Of(all));
        await Probe.ReachedAsync(suspended, all);
        Assert.InRange(doors.Knocks, targets.Count - 1, int.MaxValue);
        await suspended.DoAsync("suspend", "SUSPENDED");
        var running = await NewServerAsync(userData: Probe.Of(all));
        await Probe.ReachedAsync(running, all);

        await Service.TerminateAsync();
        service.Network = "isolated";
        await Service.EnsureStartedAsync();
        await SaysAsync($"Machine {running.Id} was started with the network card of an earlier setting");
        await running.DoAsync("""{"reboot": {"type": "HARD"} }""", "ACTIVE");
        await suspended.DoAsync("resume", "ACTIVE");
        await ReachesNothingAsync(running, all);
        var knocks = doors.Knocks;
        await ReachesNothingAsync(suspended, all);
        Assert.Equal(knocks, doors.Knocks);
        Assert.Single(Guest.ReadAll(await suspended.ConsoleAsync()));
    }

    private Task SaysAsync(string warning) => Poll.UntilAsync(
        warning, () => Task.FromResult(Service.Output.Contains(warning, StringComparison.Ordinal)));

    private static async Task ReachesNothingAsync(TestServer server, Target[] targets)
    {
        var found = await Probe.NextRoundAsync(server, targets.Distinct().Count());
        Assert.Equal(targets.Select(target => target.ToString()).Order(), found.Keys.Order());
        Assert.Equal("", string.Join(", ", found.Where(pair => pair.Value).Select(pair => pair.Key).Order()));
    }

    /// <summary>Whether the host itself gets an answer there, as in some clouds.</summary>
    private static async Task<bool> IsThereMetadataAsync()
    {
        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await client.ConnectAsync(Target.Metadata.Address, Target.Metadata.Port, limit.Token);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    public sealed class OpenService : TestService
    {
        internal string Network { get; set; } = "user";

        internal override Dictionary<string, string> Settings
            => new(base.Settings) { ["Hypervisors__Network"] = Network };
    }
}
