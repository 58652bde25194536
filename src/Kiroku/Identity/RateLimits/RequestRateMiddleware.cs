using Kiroku.Api;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity.RateLimits;

/// <summary>
/// Answers 429 to a user who asks too often in a project, but never to what deletes, as that gives room back.
/// </summary>
internal sealed class RequestRateMiddleware(RequestDelegate next, RequestRates rates)
{
    /// <summary>Nova's words, from when it still counted.</summary>
    private const string Limited = "This request was rate-limited.";

    public async Task InvokeAsync(HttpContext context)
    {
        if (SignIn.Find(context) is { } signIn
            && rates.Count(signIn, context.Request) is { } wait
            && !await Deleting.IsAskedAsync(context.Request))
            throw TooMany(wait);
        await next(context);
    }

    private static Fault TooMany(TimeSpan wait) => new(StatusCodes.Status429TooManyRequests, Limited)
    {
        RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
    };
}
