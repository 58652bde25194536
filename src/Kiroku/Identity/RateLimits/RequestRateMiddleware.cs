using Kiroku.Api;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity.RateLimits;

/// <summary>
/// Answers 429 to a user whose requests in a project are too frequent. Deleting is always allowed, because it frees
/// resources.
/// </summary>
internal sealed class RequestRateMiddleware(RequestDelegate next, RequestRates rates)
{
    /// <summary>Nova's message, from when it still had rate limits.</summary>
    private const string Limited = "This request was rate-limited.";

    public async Task InvokeAsync(HttpContext context)
    {
        if (SignIn.Find(context) is { } signIn
            && rates.Count(signIn, context.Request) is { } wait
            && !await Deleting.IsDeletionAsync(context.Request))
            throw TooMany(wait);
        await next(context);
    }

    private static Fault TooMany(TimeSpan wait) => new(StatusCodes.Status429TooManyRequests, Limited)
    {
        RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
    };
}
