using System.Collections.Frozen;

namespace Kiroku.Identity;

/// <summary>A token that holds now: whose it is, in which project if in any, and with which roles there.</summary>
internal sealed record SignIn(TokenClaims Claims, User User, Project? Project, IReadOnlyList<string> Roles)
{
    private static readonly object Key = new();

    public bool IsAdmin => Roles.Contains(RoleNames.Admin);

    /// <summary>The token of an authenticated request.</summary>
    public static SignIn Of(HttpContext context) => (SignIn)context.Items[Key]!;

    /// <summary>Makes this the request's token and, if it is for a project, its <see cref="Caller"/>.</summary>
    public void Set(HttpContext context, Policy policy)
    {
        context.Items[Key] = this;
        if (Project is not null)
        {
            var roles = Roles.ToFrozenSet(StringComparer.Ordinal);
            Caller.Set(context, new Caller(User.Id, User.Name, Project.Id, Project.Name, roles) { Policy = policy });
        }
    }
}
