using Kiroku.Api;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity.RateLimits;

/// <summary>
/// Answers 429 to a user whose requests in a project are too frequent. Deleting is always allowed, because it frees
/// resources.
/// </summary>
internal sealed class RequestRateMiddleware(RequestDelegate next, RequestRates rates)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (SignIn.Find(context) is { } signIn
            && rates.Count(signIn, context.Request) is { } wait
            && !await Deleting.IsDeletionAsync(context.Request))
            throw RequestRates.TooMany(wait);
        await next(context);
    }
}
