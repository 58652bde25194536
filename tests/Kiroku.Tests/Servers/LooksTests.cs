using Kiroku.Hypervisors;
using Kiroku.Servers.State;
using Kiroku.Tests.Fakes;

namespace Kiroku.Tests.Servers;

/// <summary>What looking at a host's machines asks of the store while they are as they should be.</summary>
public sealed class LooksTests
{
    private const int Looks = 5;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(6, 0)]
    [InlineData(2, 7)]
    public async Task Unchanged_machines_are_read_together_at_each_look_and_none_is_written(int servers, int strangers)
    {
        await using var cloud = await Cloud.StartAsync(("Servers:LookInterval", "00:00:00.02"));
        cloud.Host.Addresses = [new MachineAddress("isolated", "10.0.2.15", "fa:16:3e:00:00:02")];
        var made = new List<Guid>();
        while (made.Count < servers)
            made.Add(await cloud.CreateServerAsync());
        var spec = cloud.Host.Machines[made[0]].Spec;
        // Another cloud on the same host has machines, too.
        for (var number = 0; number < strangers; number++)
            cloud.Host.Machines[Guid.NewGuid()] = new FakeMachine(spec, MachineState.Running, 1);
        await NextLooksAsync(cloud, 3);
        var before = await cloud.ServersAsync();
        var reads = 0;
        cloud.Database.AfterRead = found =>
        {
            if (found is IReadOnlyList<Server> or Server)
                Interlocked.Increment(ref reads);
            return Task.CompletedTask;
        };
        var written = cloud.Database.NextWrite;

        await NextLooksAsync(cloud, Looks);

        // The first may have begun before, the last may not have read yet.
        Assert.InRange(reads, Looks - 1, Looks + 1);
        Assert.False(written.IsCompleted);
        Assert.Equal(before.Select(server => (server.Id, server.UpdatedAt)),
            (await cloud.ServersAsync()).Select(server => (server.Id, server.UpdatedAt)));
    }

    private static async Task NextLooksAsync(Cloud cloud, int count)
    {
        var looks = new SemaphoreSlim(0);
        cloud.Hypervisor.Before = operation =>
        {
            if (operation == "machines")
                looks.Release();
            return Task.CompletedTask;
        };
        while (count-- > 0)
            Assert.True(await looks.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }
}
