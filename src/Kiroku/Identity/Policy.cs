using System.Collections.Frozen;
using Kiroku.Api;
using static Kiroku.Identity.Rules;

namespace Kiroku.Identity;

/// <summary>
/// Who may do what: for each rule the role it takes in the project that owns the thing. Administrators may do everything
/// everywhere, as by Nova's defaults.
/// </summary>
internal static class Policy
{
    private static readonly FrozenDictionary<string, string> Role = new Dictionary<string, string>
    {
        [ServersIndex] = RoleNames.Reader,
        [ServersDetail] = RoleNames.Reader,
        [ServersShow] = RoleNames.Reader,
        [ServersIndexAllProjects] = RoleNames.Admin,
        [ServersDetailAllProjects] = RoleNames.Admin,
        [ServersHostStatus] = RoleNames.Admin,
        [ServerExtendedAttributes] = RoleNames.Admin,
        [ServersCreate] = RoleNames.Member,
        [ServersForcedHost] = RoleNames.Admin,
        [ServersRequestedDestination] = RoleNames.Admin,
        [ServersUpdate] = RoleNames.Member,
        [ServersDelete] = RoleNames.Member,
        [ServersStart] = RoleNames.Member,
        [ServersStop] = RoleNames.Member,
        [ServersReboot] = RoleNames.Member,
        [ServersRebuild] = RoleNames.Member,
        [ServersResize] = RoleNames.Member,
        [ServersConfirmResize] = RoleNames.Member,
        [ServersRevertResize] = RoleNames.Member,
        [Shelve] = RoleNames.Member,
        [Unshelve] = RoleNames.Member,
        [ShelveOffload] = RoleNames.Admin,
        [UnshelveToHost] = RoleNames.Admin,
        [ConsoleOutput] = RoleNames.Member,
        [ActionsList] = RoleNames.Reader,
        [ActionsShow] = RoleNames.Reader,
        [ActionsEvents] = RoleNames.Admin,
        // Nova: admin. Kiroku's owners see what went wrong, in a sentence fit for them.
        [ActionsEventsDetails] = RoleNames.Reader,
        [FlavorExtraSpecs] = RoleNames.Reader,
        [ImageAdd] = RoleNames.Member,
        [ImageUpload] = RoleNames.Member,
        [ImageDelete] = RoleNames.Member,
        [ImagePublicize] = RoleNames.Admin,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether the rule lets the caller touch what the project owns.</summary>
    public static bool Allows(Caller caller, string rule, string ownerProjectId)
        => caller.IsAdmin || (caller.ProjectId == ownerProjectId && caller.Roles.Contains(Role[rule]));

    /// <exception cref="Fault">403, if it does not.</exception>
    public static void Require(Caller caller, string rule, string ownerProjectId)
    {
        if (!Allows(caller, rule, ownerProjectId))
            throw Fault.Forbidden(rule);
    }
}
