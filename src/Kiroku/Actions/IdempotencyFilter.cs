using Kiroku.Api;

namespace Kiroku.Actions;

/// <summary>
/// Answers a request that repeats another one, by its <see cref="IdempotencyKey"/>, as the first was answered. The
/// store decides that when a request is accepted. This filter asks before, to save the work, and again after a refusal,
/// because the same request at the same time may have been quicker.
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
