using Kiroku.Actions.Feed;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Kiroku.Actions.Live.Streams;

/// <summary>
/// Where a stream's client reads. What it has not read yet is bounded by the connection's buffers; if it takes too long
/// to make room in these, it is cut off.
/// </summary>
internal sealed class StreamOutlet(
    HttpContext context, StreamForm form, (TimeSpan Patience, TimeProvider Time) timing, CancellationToken ending)
{
    private const int MostUnsent = 16 * 1024;

    /// <summary>At the service's end nobody waits for long.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    private int unsent;

    /// <summary>Sends the headers.</summary>
    public Task BeginAsync()
    {
        var response = context.Response;
        LiveFormat.BeginLong(response, form.MediaType);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // Kestrel's own limit is shorter. HTTP/2 keeps it.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        return response.StartAsync(context.RequestAborted);
    }

    /// <summary>Tells a change; it is sent with the next flush at the latest.</summary>
    public Task TellAsync(FeedPosition position, byte[] document)
    {
        form.WriteAction(context.Response.BodyWriter, position, document);
        unsent += document.Length;
        return unsent < MostUnsent ? Task.CompletedTask : FlushAsync();
    }

    public Task BookmarkAsync(FeedPosition position)
    {
        form.WriteBookmark(context.Response.BodyWriter, position);
        return SendAsync();
    }

    public Task EndAsync(FeedPosition position, string reason)
    {
        form.WriteEnd(context.Response.BodyWriter, position, reason);
        return SendAsync();
    }

    /// <summary>Sends what was told.</summary>
    public Task FlushAsync() => unsent == 0 ? Task.CompletedTask : SendAsync();

    /// <exception cref="CutOffException">The client does not read.</exception>
    private async Task SendAsync()
    {
        unsent = 0;
        var sending = context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        if (sending.IsCompleted)
            await sending;
        else
            await WaitAsync(sending.AsTask());
    }

    private async Task WaitAsync(Task sending)
    {
        using var limit = new CancellationTokenSource(timing.Patience, timing.Time);
        using var hurry = ending.Register(() => limit.CancelAfter(LastPatience));
        try
        {
            await sending.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            context.Abort();
            throw new CutOffException();
        }
    }
}

/// <summary>The client has not read what was sent to it.</summary>
internal sealed class CutOffException() : Exception("The client does not read; its connection was ended.");
