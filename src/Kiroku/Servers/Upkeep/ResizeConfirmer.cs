using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Upkeep;

/// <summary>
/// Confirms resizes that nobody confirmed or reverted within the set time, as actions without a user (Nova's
/// _poll_unconfirmed_resizes).
/// </summary>
internal sealed partial class ResizeConfirmer(
    IHypervisor hypervisor, ServerStore store, IGrainFactory grains, RequestSealer sealer, ServiceSettings settings,
    IOptions<ServersOptions> options, TimeProvider time, ILogger<ResizeConfirmer> logger)
    : RepeatedWork(options.Value.LookInterval, time, logger)
{
    internal const string Waiting
        = "vm_state = 'resized' AND running_action IS NULL AND host = @Host AND launched_at <= @before";

    protected override string Work => "Confirming resizes whose time to be reverted is over";

    protected override Task ReadyAsync(CancellationToken cancellationToken)
        => hypervisor.Connected.WaitAsync(cancellationToken);

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        if (options.Value.ResizeConfirmWindow == TimeSpan.Zero)
            return;
        var before = Time.UtcNow() - options.Value.ResizeConfirmWindow;
        foreach (var server in await store.ListWhereAsync(Waiting, new { settings.Host, before }, cancellationToken))
        {
            var request = sealer.Seal(server.Id, ActionRequest.OfTheService(ActionNames.ConfirmResize, Time.UtcNow()));
            var answer = await grains.GetGrain<IServerGrain>(server.Id).Begin(request);
            if (answer.Refusal is { } refusal)
                LogRefused(server.Id, refusal);
            else
                LogConfirms(server.Id);
        }
    }

    [LoggerMessage(LogLevel.Information, "Confirming the resize of {Server}, whose time to be reverted is over")]
    private partial void LogConfirms(Guid server);

    [LoggerMessage(LogLevel.Warning, "The resize of {Server} could not be confirmed: {Refusal}")]
    private partial void LogRefused(Guid server, string refusal);
}
