using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity.Api;

/// <summary>
/// Checks identity's policy rules. Users and roles belong to no project, so the token's roles count whatever its
/// project is.
/// </summary>
internal static class IdentityAccess
{
    /// <param name="context">The request.</param>
    /// <param name="rule">One of <see cref="IdentityRules"/>.</param>
    /// <param name="own">Whether the request is about the caller, which Keystone's rule allows with any role.</param>
    /// <exception cref="Fault">403 if the rule does not allow it.</exception>
    public static SignIn RequireIdentity(this HttpContext context, Rule rule, bool own = false)
    {
        var signIn = SignIn.Of(context);
        var policy = context.RequestServices.GetRequiredService<Policy>();
        return own || signIn.IsAdmin || signIn.Has(policy.RoleFor(rule)) ? signIn : throw Refusal.Forbidden(rule.Name);
    }
}
