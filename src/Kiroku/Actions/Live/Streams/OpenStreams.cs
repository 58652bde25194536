using Kiroku.Actions.Feed;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions.Live.Streams;

/// <summary>Limits how many streams are open at this service, to all and to one user in one project.</summary>
internal sealed class OpenStreams(IOptions<StreamOptions> options, FeedMeters meters)
    : Places<(string User, string Project)>(options.Value.Most, options.Value.MostOfUser)
{
    protected override int RetryAfter => 5;

    protected override string AllTaken => "Too many streams are open at this service.";

    protected override string OwnTaken(int own) => $"You have {own} streams open in this project.";

    protected override void Changed(int by) => meters.CountStreams(by);
}
