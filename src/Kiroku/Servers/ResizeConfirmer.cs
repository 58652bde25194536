using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers;

/// <summary>
/// Confirms resizes that nobody confirmed or reverted within the time set for it, as actions of nobody's (Nova's
/// _poll_unconfirmed_resizes).
/// </summary>
internal sealed partial class ResizeConfirmer(
    IHypervisor hypervisor, ServerStore store, IGrainFactory grains, ServiceSettings settings, IOptions<ServersOptions> options,
    TimeProvider time, ILogger<ResizeConfirmer> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.ResizeConfirmWindow == TimeSpan.Zero)
            return;
        await hypervisor.Connected.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.LookInterval, time);
        do
        {
            try
            {
                await ConfirmAsync(stoppingToken);
            }
#pragma warning disable CA1031 // It goes on whatever happens: its end would be the service's.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogCannotConfirm(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        const string Waiting = "vm_state = 'resized' AND running_action IS NULL AND host = @Host AND launched_at <= @before";
        var before = time.UtcNow() - options.Value.ResizeConfirmWindow;
        foreach (var server in await store.ListWhereAsync(Waiting, new { settings.Host, before }, cancellationToken))
        {
            var answer = await grains.GetGrain<IServerGrain>(server.Id).Begin(ActionRequest.OfTheService(ActionNames.ConfirmResize, time.UtcNow()));
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

    [LoggerMessage(LogLevel.Warning, "Resizes whose time is over could not be looked for")]
    private partial void LogCannotConfirm(Exception exception);
}
