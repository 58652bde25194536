using Kiroku.Access;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity;

/// <summary>Validates tokens, each time as for the first time.</summary>
internal sealed class StandingCallers(ITokenValidator tokens, Policy policy) : IStandingCallers
{
    public Task<Caller?> FindAsync(HttpContext context, CancellationToken cancellationToken)
        => FindAsync(context, context.Request.Headers[TokenHeaders.Token], cancellationToken);

    public async Task<Caller?> FindAsync(HttpContext context, string? token, CancellationToken cancellationToken)
    {
        var signIn = await tokens.ValidateAsync(token, cancellationToken);
        if (signIn?.Project is null)
            return null;
        signIn.Set(context, policy);
        return Caller.Of(context);
    }
}
