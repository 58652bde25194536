using Kiroku.Api;

namespace Kiroku.Actions;

/// <summary>
/// Gives a request that repeats another, by its <see cref="IdempotencyKey"/>, the other's answer. Whether it does is
/// the store's to judge when the request is accepted; here is asked before, to save the work, and again after a
/// refusal, which may only say that the first of two at once was quicker.
/// </summary>
internal sealed class IdempotencyFilter(KeptAnswers answers) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (await IdempotencyKey.ReadAsync(http) is not { } key)
            return await next(context);
        if (await answers.FindAsync(key, http.RequestAborted) is { } first)
            return first;
        try
        {
            return await next(context);
        }
        catch (Fault)
        {
            if (await answers.FindAsync(key, http.RequestAborted) is { } quicker)
                return quicker;
            throw;
        }
    }
}
