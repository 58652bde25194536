using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Npgsql;

namespace Kiroku.Cluster;

/// <summary>
/// Clears the way for this node. The engine admits a node only if it reaches every member, but after a power cut all
/// members in the store are dead. So members that are gone are declared dead before the engine starts, and while it
/// tries to join.
/// </summary>
internal sealed partial class Joining(
    IMembershipTable table, Members members, NodeProbe probe, ILocalSiloDetails self, IHostApplicationLifetime lifetime,
    TimeProvider time, ILogger<Joining> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A silence that is longer than the time between two signs of life.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource ended = new();
    private readonly long began = time.GetTimestamp();
    private Task looking = Task.CompletedTask;

    /// <exception cref="JoinException">A member is of another cluster.</exception>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await table.InitializeMembershipTableAsync(true, cancellationToken);
            await LookAsync(cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailures.Translate(e);
        }
        lifetime.ApplicationStarted.Register(ended.Cancel);
        lifetime.ApplicationStopping.Register(ended.Cancel);
        looking = GoOnAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await ended.CancelAsync();
        await looking;
    }

    public void Dispose() => ended.Dispose();

    private async Task GoOnAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended.Token))
                await LookAsync(ended.Token);
        }
        catch (OperationCanceledException)
        {
            // This node has joined, or stops.
        }
#pragma warning disable CA1031 // The edge of the loop: the engine itself says whether it could join.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var others =
            (await members.ListAsync(cancellationToken)).Where(member => !member.Silo.Equals(self.SiloAddress));
        var judged = await Task.WhenAll(
            others.Select(async member => (Member: member, IsDead: await IsDeadAsync(member, cancellationToken))));
        foreach (var (member, _) in judged.Where(member => member.IsDead))
            await DeclareDeadAsync(member, cancellationToken);
    }

    private async Task<bool> IsDeadAsync(Member member, CancellationToken cancellationToken)
    {
        // This is a former process of this node, because this one holds its folder now.
        if (member.Node == self.Name)
            return true;
        var sign = await AskAsync(member, cancellationToken);
        // A member that answers may have just got the store back. Only one that stays silent from now on is frozen.
        return sign == NodeSign.Refusal
            || (member.Silence > LongestSilence
                && (sign == NodeSign.None || time.GetElapsedTime(began) > LongestSilence));
    }

    /// <summary>
    /// Asks a member for a sign. A silent member whose address another program has by now is gone, and must not keep
    /// others from starting.
    /// </summary>
    private async Task<NodeSign> AskAsync(Member member, CancellationToken cancellationToken)
    {
        try
        {
            return await probe.AskAsync(member, cancellationToken);
        }
        catch (JoinException e) when (e.IsOfStranger && member.Silence > LongestSilence)
        {
            return NodeSign.Refusal;
        }
    }

    private async Task DeclareDeadAsync(Member member, CancellationToken cancellationToken)
    {
        while (true)
        {
            var all = await table.ReadAllAsync(cancellationToken);
            if (all.Members.FirstOrDefault(row => row.Item1.SiloAddress.Equals(member.Silo)) is not var (entry, tag)
                || entry.Status == SiloStatus.Dead)
                return;
            entry.Status = SiloStatus.Dead;
            entry.AddSuspector(self.SiloAddress, time.GetUtcNow().UtcDateTime);
            if (await table.UpdateRowAsync(entry, tag, all.Version.Next(), cancellationToken))
                break;
        }
        LogDeclaredDead(member.Node, member.Silo);
    }

    [LoggerMessage(LogLevel.Information, "The node {Node} ({Silo}) is gone and no member any more")]
    private partial void LogDeclaredDead(string node, SiloAddress silo);

    [LoggerMessage(LogLevel.Warning, "Looking for members that are gone failed")]
    private partial void LogFailed(Exception exception);
}
