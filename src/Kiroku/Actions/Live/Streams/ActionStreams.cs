using Kiroku.Access;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions.Live.Streams;

/// <summary>Answers requests for streams, from their beginning until client or service ends them.</summary>
internal sealed class ActionStreams(
    ToldPages pages, Tails tails, IStandingCallers callers, IOptions<StreamOptions> options, TimeProvider time,
    IDraining draining, IHostApplicationLifetime lifetime)
{
    /// <exception cref="Fault">400, 410: nothing can be told from that position on; 503: the service stops.</exception>
    public async Task AnswerAsync(HttpContext context, StreamRequest asked)
    {
        using var ending = NewEnding();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, context.RequestAborted);
        try
        {
            var begin = await pages.BeginAsync(asked.After, over.Token);
            await using var share = await tails.JoinAsync(over.Token);
            var stream = Make(context, asked, new StreamCursor(pages, share.Recent, begin), ending.Token);
            await stream.RunAsync(ending.Token, over.Token);
        }
        catch (CutOffException)
        {
            // It may go on from its position.
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested && !context.Response.HasStarted)
        {
            throw Fault.Unavailable("The service is stopping.");
        }
    }

    private ActionStream Make(
        HttpContext context, StreamRequest asked, StreamCursor cursor, CancellationToken ending)
    {
        var clock = new StreamClock(time, options.Value.BookmarkInterval);
        return new ActionStream(
            asked, new StreamWatch(context, asked, callers, clock),
            new StreamOutlet(context, asked.Form, (options.Value.WriteTimeout, time), ending), cursor);
    }

    /// <summary>
    /// Streams end when a drain begins, so that clients go to other nodes; who comes later may stay until the end.
    /// </summary>
    private CancellationTokenSource NewEnding() => CancellationTokenSource.CreateLinkedTokenSource(
        lifetime.ApplicationStopping,
        draining.Asked.IsCancellationRequested ? CancellationToken.None : draining.Asked);
}
