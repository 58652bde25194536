using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Nodes;

public sealed class HostMeterTests
{
    [Fact]
    public async Task A_host_whose_network_does_not_answer_is_measured_all_the_same()
    {
        var (time, host) = (new FakeTimeProvider(), new FakeHost());
        var hypervisor = new FakeHypervisor(host);
        var settings = new ServiceSettings { DataDirectory = Path.GetTempPath(), Host = "a" };
        var meter = new HostMeter(hypervisor, settings, time);
        var known = await meter.LookAsync(TestContext.Current.CancellationToken);
        Assert.Equal((true, host.Network), (known.Connected, known.Network));

        hypervisor.FindNetwork = () => new TaskCompletionSource<HostNetwork>().Task;
        var looking = meter.LookAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(3));
        var look = await looking;

        Assert.Equal((true, host.Capacity, host.Network), (look.Connected, look.Capacity, look.Network));
    }
}
