using System.Collections.Frozen;
using Kiroku.Access;
using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.Tokens;

/// <summary>A valid token: its user, its scope, and the user's roles there.</summary>
internal sealed record SignIn(TokenClaims Claims, User User, Project? Project, IReadOnlyList<Role> Roles)
{
    private static readonly object Key = new();
    private Caller? caller;

    /// <summary>The application credential that the token was issued for, if any.</summary>
    public ApplicationCredential? Credential { get; init; }

    public bool IsAdmin => Has(RoleNames.Admin);

    public bool IsForDomain => Claims.ScopeId == Domain.Id;

    /// <summary>The token of an authenticated request.</summary>
    public static SignIn Of(HttpContext context) => (SignIn)context.Items[Key]!;

    /// <summary>The request's token; null if the request needed none.</summary>
    public static SignIn? Find(HttpContext context) => (SignIn?)context.Items[Key];

    /// <summary>Whether the token is within its lifetime.</summary>
    public bool IsOf(DateTime now, TimeSpan lifetime)
        => Claims.IsOf(now, lifetime) && Credential?.HoldsAt(now) != false;

    public bool Has(string role) => Roles.Any(held => held.Name == role);

    /// <summary>Makes this the request's token and, if it is for a project, its <see cref="Caller"/>.</summary>
    public void Set(HttpContext context, Policy policy)
    {
        context.Items[Key] = this;
        if ((caller ??= Make(policy)) is { } made)
            Caller.Set(context, made);
    }

    private Caller? Make(Policy policy)
    {
        if (Project is null)
            return null;
        var roles = Roles.Select(role => role.Name).ToFrozenSet(StringComparer.Ordinal);
        return new Caller(User.Id, User.Name, Project.Id, Project.Name, roles) { Policy = policy };
    }
}
