using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity.Api;

/// <summary>
/// Asks identity's rules; what they are about belongs to no project, so a role counts wherever the token is for.
/// </summary>
internal static class IdentityAccess
{
    /// <param name="context">The request.</param>
    /// <param name="rule">One of <see cref="IdentityRules"/>.</param>
    /// <param name="own">Whether it is about the caller's own, which Keystone's rule allows whatever the role.</param>
    /// <exception cref="Fault">403, if the rule does not allow it.</exception>
    public static SignIn RequireIdentity(this HttpContext context, Rule rule, bool own = false)
    {
        var signIn = SignIn.Of(context);
        var policy = context.RequestServices.GetRequiredService<Policy>();
        return own || signIn.IsAdmin || signIn.Has(policy.RoleFor(rule)) ? signIn : throw Refusal.Forbidden(rule.Name);
    }
}
