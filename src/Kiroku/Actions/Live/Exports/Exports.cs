using Kiroku.Access;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions.Live.Exports;

/// <summary>
/// Sends exports. What can be refused is refused before the answer begins; whatever happens later breaks the
/// connection off, and the last line is missing.
/// </summary>
internal sealed partial class Exports(
    LiveRecord record, IUserNames users, IStandingCallers callers, ExportSlots slots, ExportLimits limits,
    ILogger<Exports> logger)
{
    /// <summary>How long an export goes on before its token is looked at again.</summary>
    private static readonly TimeSpan Standing = TimeSpan.FromSeconds(15);

    public async Task SendAsync(HttpContext context)
    {
        var asked = new ExportRequest(context.Request, Caller.Of(context));
        using var slot = slots.Take(Caller.Of(context).UserId);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, limits.Stopping);
        try
        {
            await SendAsync(context, asked, ending.Token);
        }
        catch (OperationCanceledException)
            when (limits.Stopping.IsCancellationRequested && !context.Response.HasStarted)
        {
            throw Fault.Unavailable("This node ends.");
        }
#pragma warning disable CA1031 // The HTTP edge: the answer has begun, and can only be broken off.
        catch (Exception e) when (context.Response.HasStarted)
#pragma warning restore CA1031
        {
            if (!context.RequestAborted.IsCancellationRequested)
                LogBrokenOff(RequestId.Of(context), e.Message);
            context.Abort();
        }
    }

    private async Task SendAsync(HttpContext context, ExportRequest asked, CancellationToken cancellationToken)
    {
        IExportWriter? writer = null;
        var output = new ExportOutput(context.Response.Body, limits.Patience, limits.Time);
        var (count, looked) = (0L, limits.Time.GetUtcNow());
        try
        {
            await foreach (var page in record.ReadExportAsync(asked.Query, cancellationToken))
            {
                if (limits.Time.GetUtcNow() - looked > Standing)
                {
                    await RequireStandingAsync(context, asked, cancellationToken);
                    looked = limits.Time.GetUtcNow();
                }
                writer ??= Begin(context, asked.Format, page, output);
                var documents = await users.DocumentsAsync(context, page.Actions, cancellationToken);
                foreach (var action in page.Actions)
                {
                    writer.Write(output.Buffer, documents.Make(action, page.Now.Of(action.Action)));
                    await output.SendIfFullAsync(cancellationToken);
                }
                count += page.Actions.Count;
                await output.FlushAsync(cancellationToken);
            }
            writer!.End(output.Buffer, count);
            await output.FlushAsync(cancellationToken);
        }
        finally
        {
            writer?.Dispose();
        }
    }

    /// <summary>However slowly a client reads, it gets nothing on a token of the past.</summary>
    private async Task RequireStandingAsync(
        HttpContext context, ExportRequest asked, CancellationToken cancellationToken)
        => asked.Require(await callers.FindAsync(context, cancellationToken) ?? throw Fault.Unauthorized());

    private IExportWriter Begin(HttpContext context, ExportFormat format, LivePage first, ExportOutput output)
    {
        LiveFormat.BeginLong(context.Response, format.MediaType);
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{format.FileName}\"";
        var writer = format.Open(new ExportFacts(Caller.Of(context), first.Now.Generation, limits.Time));
        writer.Begin(output.Buffer);
        return writer;
    }

    [LoggerMessage(LogLevel.Information, "The export {RequestId} broke off: {Why}")]
    private partial void LogBrokenOff(string requestId, string why);
}

/// <summary>What limits an export in time: its client's patience, and the end of the service.</summary>
internal sealed class ExportLimits(
    IOptions<ExportOptions> options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    public TimeSpan Patience => options.Value.Patience;

    public TimeProvider Time => time;

    public CancellationToken Stopping => lifetime.ApplicationStopping;
}
