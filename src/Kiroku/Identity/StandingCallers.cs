using Kiroku.Access;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity;

/// <summary>Validates a request's token anew, as for the first time.</summary>
internal sealed class StandingCallers(ITokenValidator tokens, Policy policy) : IStandingCallers
{
    public async Task<Caller?> FindAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var signIn = await tokens.ValidateAsync(context.Request.Headers[TokenHeaders.Token], cancellationToken);
        if (signIn?.Project is null)
            return null;
        signIn.Set(context, policy);
        return Caller.Of(context);
    }
}
