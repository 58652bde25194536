using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Actions.Live.Streams;

/// <summary>
/// Who a stream is told to, looked at again from time to time: nothing is told on a token of the past.
/// </summary>
internal sealed class StreamWatch(
    HttpContext context, StreamRequest asked, IStandingCallers callers, StreamClock clock)
{
    private readonly string address = Links.Base(context.Request);

    public Onlooker Onlooker { get; private set; } = new(Caller.Of(context), Links.Base(context.Request));

    public Caller Caller => Onlooker.Caller;

    /// <summary>Whether it is time to look again.</summary>
    public bool IsDue => clock.IsDue;

    /// <summary>Returns once something has changed, or it is time to look again.</summary>
    public Task WaitAsync(Task changed, CancellationToken cancellationToken)
        => clock.WaitAsync(changed, cancellationToken);

    /// <returns>Why the stream is to end; null if it goes on, with the rights that the caller has now.</returns>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await callers.FindAsync(context, cancellationToken) is not { } caller)
                return StreamEnd.Unauthorized;
            asked.Require(caller);
            Onlooker = new Onlooker(caller, address);
            clock.Restart();
            return null;
        }
        catch (Fault fault)
        {
            return fault.Status == StatusCodes.Status403Forbidden ? StreamEnd.Forbidden : StreamEnd.Unavailable;
        }
        catch (StorageException)
        {
            return StreamEnd.Unavailable;
        }
    }
}
