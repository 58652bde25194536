using System.Diagnostics;
using System.Runtime.InteropServices;
using Kiroku.Storage;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Cluster;

/// <summary>
/// Kills one or two nodes at once, or freezes one until the others have given it up, and starts them again.
/// </summary>
internal sealed class NodeKiller(ThreeNodes nodes, Func<string, Task<bool>> isMember, int seed)
{
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(15);

    private readonly Random random = new(seed);
    private Task frozen = Task.CompletedTask;

    public List<Blow> Blows { get; } = [];

    /// <summary>How often a node ended without being killed.</summary>
    public int EndedByThemselves { get; private set; }

    /// <summary>Completes when the time is over and all nodes are up again.</summary>
    public async Task RunAsync(TimeSpan length)
    {
        var began = Stopwatch.GetTimestamp();
        var underWay = new List<Task>();
        var when = Between(1, 3);
        while (when < length)
        {
            await Poll.UntilAsync(
                "time to kill", () => Task.FromResult(Stopwatch.GetElapsedTime(began) >= when), length * 2);
            underWay.AddRange(Strike([.. nodes.Up]));
            when = Stopwatch.GetElapsedTime(began) + Between(2, 5);
        }
        await Task.WhenAll(underWay);
        await Task.WhenAll(ThreeNodes.Names.Except(nodes.Up).Select(RaiseAsync));
    }

    /// <summary>Leaves at least one node that answers.</summary>
    private IEnumerable<Task> Strike(List<string> up)
    {
        if (up.Count < 2)
            return [];
        random.Shuffle(CollectionsMarshal.AsSpan(up));
        if (Blows.Count == 0 || (frozen.IsCompleted && random.Next(4) == 0))
            return [frozen = FreezeAsync(up[0])];
        return [.. up.Take(up.Count > 2 && random.Next(3) == 0 ? 2 : 1).Select(KillAsync)];
    }

    private async Task KillAsync(string name)
    {
        var pause = Between(0, 5);
        Note("kill", name);
        await nodes.TakeOut(name).KillAsync();
        var killed = Stopwatch.GetTimestamp();
        await Poll.UntilAsync("time to start", () => Task.FromResult(Stopwatch.GetElapsedTime(killed) >= pause));
        await nodes.StartAsync(name);
    }

    private async Task FreezeAsync(string name)
    {
        Note("freeze", name);
        var process = nodes.TakeOut(name);
        await process.SignalAsync("STOP");
        var stopped = Stopwatch.GetTimestamp();
        await Poll.UntilAsync($"{name} to be given up",
            async () => Stopwatch.GetElapsedTime(stopped) >= Standstill && !await isMember(name));
        await process.SignalAsync("CONT");
        Assert.Equal(1, await process.EndedAsync());
        await nodes.StartAsync(name);
    }

    private Task RaiseAsync(string name)
    {
        EndedByThemselves++;
        return nodes.StartAsync(name);
    }

    private void Note(string kind, string name) => Blows.Add(new Blow(kind, name, TimeProvider.System.UtcNow()));

    private TimeSpan Between(double least, double most)
        => TimeSpan.FromSeconds(least + random.NextDouble() * (most - least));
}

/// <summary>What was done to a node, and when.</summary>
internal sealed record Blow(string Kind, string Node, DateTime Time);
