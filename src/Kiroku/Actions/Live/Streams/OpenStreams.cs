using Kiroku.Access;
using Kiroku.Actions.Feed;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions.Live.Streams;

/// <summary>Counts the streams that are open at this service, so that nobody takes the room of all others.</summary>
internal sealed class OpenStreams(IOptions<StreamOptions> options, FeedMeters meters)
{
    private const int Wait = 5;

    private readonly Lock changing = new();
    private readonly Dictionary<(string User, string Project), int> ofUsers = [];
    private int all;

    public int Count => Volatile.Read(ref all);

    /// <summary>Counts one more stream, until what is returned is disposed of.</summary>
    /// <exception cref="Fault">503: there are too many; 429: the caller has too many.</exception>
    public IDisposable Add(Caller caller)
    {
        var user = (caller.UserId, caller.ProjectId);
        lock (changing)
        {
            if (all >= options.Value.Most)
                throw Fault.Unavailable("Too many streams are open at this service.", Wait);
            var own = ofUsers.GetValueOrDefault(user);
            if (own >= options.Value.MostOfUser)
                throw new Fault(StatusCodes.Status429TooManyRequests, $"You have {own} streams open in this project.")
                {
                    RetryAfter = Wait,
                };
            ofUsers[user] = own + 1;
            all++;
            meters.StreamOpened();
        }
        return new Place(this, user);
    }

    private void Remove((string User, string Project) user)
    {
        lock (changing)
        {
            all--;
            meters.StreamClosed();
            if (--ofUsers[user] == 0)
                ofUsers.Remove(user);
        }
    }

    private sealed class Place(OpenStreams streams, (string User, string Project) user) : IDisposable
    {
        public void Dispose() => streams.Remove(user);
    }
}
