using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using static Kiroku.Identity.Rules;

namespace Kiroku.Identity;

/// <summary>
/// Who may do what: for each rule the role it takes in the project that owns the thing. Administrators may do everything
/// everywhere, as by Nova's defaults. A setting below <see cref="Section"/> names another role for its rule.
/// </summary>
internal sealed class Policy
{
    public const string Section = "Policy";

    /// <summary>The roles where no setting names others; each rule stands here.</summary>
    public static readonly FrozenDictionary<string, string> DefaultRoles = new Dictionary<string, string>
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
        [AddressesIndex] = RoleNames.Reader,
        [AddressesShow] = RoleNames.Reader,
        [AdminPassword] = RoleNames.Member,
        [MetadataIndex] = RoleNames.Reader,
        [MetadataShow] = RoleNames.Reader,
        [MetadataCreate] = RoleNames.Member,
        [MetadataUpdateAll] = RoleNames.Member,
        [MetadataUpdate] = RoleNames.Member,
        [MetadataDelete] = RoleNames.Member,
        [TagsIndex] = RoleNames.Reader,
        [TagsShow] = RoleNames.Reader,
        [TagsUpdate] = RoleNames.Member,
        [TagsUpdateAll] = RoleNames.Member,
        [TagsDelete] = RoleNames.Member,
        [TagsDeleteAll] = RoleNames.Member,
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
        [Migrate] = RoleNames.Admin,
        [MigrateToHost] = RoleNames.Admin,
        [MigrateLive] = RoleNames.Admin,
        [Evacuate] = RoleNames.Admin,
        [Pause] = RoleNames.Member,
        [Unpause] = RoleNames.Member,
        [Suspend] = RoleNames.Member,
        [Resume] = RoleNames.Member,
        [CreateImage] = RoleNames.Member,
        [Rescue] = RoleNames.Member,
        [Unrescue] = RoleNames.Member,
        [AggregatesList] = RoleNames.Admin,
        [Rules.Lock] = RoleNames.Member,
        [Unlock] = RoleNames.Member,
        [UnlockOverride] = RoleNames.Admin,
        [ResetState] = RoleNames.Admin,
        [ForceDelete] = RoleNames.Member,
        [ServicesList] = RoleNames.Admin,
        [ServicesUpdate] = RoleNames.Admin,
        [ServicesDelete] = RoleNames.Admin,
        [ZonesList] = RoleNames.Reader,
        [ZonesDetail] = RoleNames.Admin,
        [HypervisorsList] = RoleNames.Admin,
        [HypervisorsDetail] = RoleNames.Admin,
        [HypervisorsStatistics] = RoleNames.Admin,
        [HypervisorsShow] = RoleNames.Admin,
        [HypervisorsUptime] = RoleNames.Admin,
        [HypervisorsSearch] = RoleNames.Admin,
        [HypervisorsServers] = RoleNames.Admin,
        [Extensions] = RoleNames.Reader,
        [Limits] = RoleNames.Reader,
        [LimitsOfOthers] = RoleNames.Admin,
        [QuotasShow] = RoleNames.Reader,
        [QuotasDetail] = RoleNames.Reader,
        [QuotasDefaults] = RoleNames.Reader,
        [QuotasUpdate] = RoleNames.Admin,
        [QuotasDelete] = RoleNames.Admin,
        [UsageList] = RoleNames.Admin,
        [UsageShow] = RoleNames.Reader,
        [VolumeAttachments] = RoleNames.Reader,
        [InterfaceAttachments] = RoleNames.Reader,
        [SecurityGroups] = RoleNames.Reader,
        [ConsoleOutput] = RoleNames.Member,
        [ActionsList] = RoleNames.Reader,
        [ActionsShow] = RoleNames.Reader,
        [ActionsEvents] = RoleNames.Admin,
        // Nova: admin. Kiroku's owners see what went wrong, in a sentence fit for them.
        [ActionsEventsDetails] = RoleNames.Reader,
        [FlavorCreate] = RoleNames.Admin,
        [FlavorUpdate] = RoleNames.Admin,
        [FlavorDelete] = RoleNames.Admin,
        [FlavorAccess] = RoleNames.Admin,
        [FlavorAccessAdd] = RoleNames.Admin,
        [FlavorAccessRemove] = RoleNames.Admin,
        [FlavorExtraSpecs] = RoleNames.Reader,
        [FlavorExtraSpecsShow] = RoleNames.Reader,
        [FlavorExtraSpecsCreate] = RoleNames.Admin,
        [FlavorExtraSpecsUpdate] = RoleNames.Admin,
        [FlavorExtraSpecsDelete] = RoleNames.Admin,
        // Nova: whoever it is, their own. Only administrators touch another user's.
        [KeypairsIndex] = RoleNames.Reader,
        [KeypairsShow] = RoleNames.Reader,
        [KeypairsCreate] = RoleNames.Reader,
        [KeypairsDelete] = RoleNames.Reader,
        [ImagesList] = RoleNames.Reader,
        [ImageShow] = RoleNames.Reader,
        [ImageAdd] = RoleNames.Member,
        [ImageModify] = RoleNames.Member,
        [ImageUpload] = RoleNames.Member,
        [ImageDownload] = RoleNames.Member,
        [ImageDelete] = RoleNames.Member,
        [ImagePublicize] = RoleNames.Admin,
        [ImageCommunitize] = RoleNames.Member,
        [ImageDeactivate] = RoleNames.Member,
        [ImageReactivate] = RoleNames.Member,
        [ImageMembersList] = RoleNames.Reader,
        [ImageMemberShow] = RoleNames.Reader,
        [ImageMemberAdd] = RoleNames.Member,
        [ImageMemberModify] = RoleNames.Member,
        [ImageMemberDelete] = RoleNames.Member,
        [ListProjects] = RoleNames.Admin,
        [GetProject] = RoleNames.Admin,
        [CreateProject] = RoleNames.Admin,
        [UpdateProject] = RoleNames.Admin,
        [DeleteProject] = RoleNames.Admin,
        [ListUsers] = RoleNames.Admin,
        [GetUser] = RoleNames.Admin,
        [CreateUser] = RoleNames.Admin,
        [UpdateUser] = RoleNames.Admin,
        [DeleteUser] = RoleNames.Admin,
        [ListUserProjects] = RoleNames.Admin,
        [ListRoles] = RoleNames.Admin,
        [GetRole] = RoleNames.Admin,
        [CreateRole] = RoleNames.Admin,
        [UpdateRole] = RoleNames.Admin,
        [DeleteRole] = RoleNames.Admin,
        [ListRoleInferences] = RoleNames.Admin,
        [ListImpliedRoles] = RoleNames.Admin,
        [GetImpliedRole] = RoleNames.Admin,
        [ListRoleAssignments] = RoleNames.Admin,
        [ListGrants] = RoleNames.Admin,
        [CheckGrant] = RoleNames.Admin,
        [CreateGrant] = RoleNames.Admin,
        [RevokeGrant] = RoleNames.Admin,
        [ListDomains] = RoleNames.Admin,
        [GetDomain] = RoleNames.Admin,
        [ListGroups] = RoleNames.Admin,
        [GetGroup] = RoleNames.Admin,
        [ListGroupsForUser] = RoleNames.Admin,
        [ListServices] = RoleNames.Admin,
        [GetService] = RoleNames.Admin,
        [ListEndpoints] = RoleNames.Admin,
        [GetEndpoint] = RoleNames.Admin,
        [ValidateToken] = RoleNames.Admin,
        [RevokeToken] = RoleNames.Admin,
        [ListApplicationCredentials] = RoleNames.Admin,
        [GetApplicationCredential] = RoleNames.Admin,
        [CreateApplicationCredential] = RoleNames.Admin,
        [DeleteApplicationCredential] = RoleNames.Admin,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What holds without any setting.</summary>
    public static readonly Policy Default = new(DefaultRoles);

    private readonly FrozenDictionary<string, string> roles;

    private Policy(FrozenDictionary<string, string> roles) => this.roles = roles;

    /// <summary>The table with what the settings change in it.</summary>
    /// <exception cref="OptionsValidationException">A setting is for a rule that there is not, or names no role.</exception>
    public static Policy Of(IConfiguration configuration)
    {
        var roles = new Dictionary<string, string>(DefaultRoles, StringComparer.Ordinal);
        // Rules have colons in their names, which in a key are levels: each key below the section is a rule's name again.
        foreach (var (rule, role) in configuration.GetSection(Section).AsEnumerable(makePathsRelative: true))
        {
            if (role is null)
                continue;
            if (!roles.ContainsKey(rule))
                throw Wrong($"{Section}:{rule} is no rule; docs/policy.md lists them.");
            if (role.Length == 0 || role.Any(char.IsWhiteSpace))
                throw Wrong($"{Section}:{rule} is to be the name of a role, as reader, member or admin.");
            roles[rule] = role;
        }
        return new Policy(roles.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>Whether the rule lets the caller touch what the project owns.</summary>
    public bool Allows(Caller caller, string rule, string ownerProjectId)
        => caller.IsAdmin || (caller.ProjectId == ownerProjectId && caller.Roles.Contains(roles[rule]));

    /// <summary>Whether the rule lets the holder of a token touch what belongs to no project.</summary>
    public bool Allows(SignIn signIn, string rule) => signIn.IsAdmin || signIn.Has(roles[rule]);

    private static OptionsValidationException Wrong(string failure) => new(Section, typeof(Policy), [failure]);
}
