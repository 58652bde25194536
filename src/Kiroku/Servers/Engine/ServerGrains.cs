using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Cluster;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Calls servers' grains, wherever they are active. If the node that holds a grain has just died, another node takes
/// the grain over within moments.
/// </summary>
internal sealed partial class ServerGrains(
    IGrainFactory grains, OwnMembership membership, ActionStore actions, RequestSealer sealer, TimeProvider time,
    ILogger<ServerGrains> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Hands a request to the server's grain and returns its answer once it is accepted.</summary>
    /// <exception cref="Fault">The grain refused the request; 503: the grain does not answer, and nothing was
    /// accepted.</exception>
    /// <exception cref="StorageException">Nothing was accepted, unless that is undecided.</exception>
    public async Task<Answer> BeginAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        request = sealer.Seal(server.Id, request with { AskedOf = membership.Silo });
        while (true)
        {
            try
            {
                var answer = await grains.GetGrain<IServerGrain>(server.Id).Begin(request);
                return answer.Given
                    ?? throw new Fault(answer.Status, answer.Refusal!) { RetryAfter = answer.RetryAfter };
            }
            catch (Exception e) when (IsSilent(e) || e is StorageException { IsUndecided: true })
            {
                LogSilent(server.Id, e.Message);
            }
            // The node may have died after the acceptance was durable; then another node goes on with the action.
            if (await WasAcceptedAsync(server.Id, request.RequestId, cancellationToken))
                return request.Answer(server, null);
            if (time.GetElapsedTime(began) > Patience)
                throw Fault.Unavailable("The node that looks after this server does not answer.");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<bool> WasAcceptedAsync(Guid server, string requestId, CancellationToken cancellationToken)
    {
        try
        {
            return await actions.FindAsync(server, requestId, cancellationToken) is not null;
        }
        catch (StorageException e)
        {
            throw new StorageException($"{e.Message} Whether the request was accepted is not known.", e)
            {
                IsUndecided = true,
            };
        }
    }

    /// <summary>
    /// Asks a server's grain to go on with the action that its row names. If the grain cannot do so now, the recovery
    /// asks again soon.
    /// </summary>
    public Task GoOnAsync(Guid server) => TellAsync(server, grain => grain.GoOn());

    /// <summary>
    /// Tells a server's grain that the action which its row names was cancelled. If the grain does not hear it, the run
    /// stops at its next write, and the recovery has the action undone.
    /// </summary>
    public Task NoticeCancelAsync(Guid server) => TellAsync(server, grain => grain.NoticeCancel());

    private async Task TellAsync(Guid server, Func<IServerGrain, Task> tell)
    {
        try
        {
            await tell(grains.GetGrain<IServerGrain>(server));
        }
        catch (Exception e) when (IsSilent(e) || e is StorageException)
        {
            LogSilent(server, e.Message);
        }
    }

    /// <summary>The engine throws ArgumentException if it knows no node for such grains.</summary>
    private static bool IsSilent(Exception e) => e is ArgumentException || e.IsSilence(CancellationToken.None);

    [LoggerMessage(LogLevel.Warning, "The grain of {Server} does not answer: {Reason}")]
    private partial void LogSilent(Guid server, string reason);
}
