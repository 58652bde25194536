using Kiroku.Access;

namespace Kiroku.Identity.Api;

/// <summary>Identity's policy rules, under Keystone's names (keystone/common/policies).</summary>
internal static class IdentityRules
{
    public static readonly Rule ListProjects = Rule.Admin("identity:list_projects");
    public static readonly Rule GetProject = Rule.Admin("identity:get_project");
    public static readonly Rule CreateProject = Rule.Admin("identity:create_project");
    public static readonly Rule UpdateProject = Rule.Admin("identity:update_project");
    public static readonly Rule DeleteProject = Rule.Admin("identity:delete_project");
    public static readonly Rule ListUsers = Rule.Admin("identity:list_users");
    public static readonly Rule GetUser = Rule.Admin("identity:get_user");
    public static readonly Rule CreateUser = Rule.Admin("identity:create_user");
    public static readonly Rule UpdateUser = Rule.Admin("identity:update_user");
    public static readonly Rule DeleteUser = Rule.Admin("identity:delete_user");
    public static readonly Rule ListUserProjects = Rule.Admin("identity:list_user_projects");
    public static readonly Rule ListRoles = Rule.Admin("identity:list_roles");
    public static readonly Rule GetRole = Rule.Admin("identity:get_role");
    public static readonly Rule CreateRole = Rule.Admin("identity:create_role");
    public static readonly Rule UpdateRole = Rule.Admin("identity:update_role");
    public static readonly Rule DeleteRole = Rule.Admin("identity:delete_role");
    public static readonly Rule ListRoleInferences = Rule.Admin("identity:list_role_inference_rules");
    public static readonly Rule ListImpliedRoles = Rule.Admin("identity:list_implied_roles");
    public static readonly Rule GetImpliedRole = Rule.Admin("identity:get_implied_role");
    public static readonly Rule ListRoleAssignments = Rule.Admin("identity:list_role_assignments");
    public static readonly Rule ListGrants = Rule.Admin("identity:list_grants");
    public static readonly Rule CheckGrant = Rule.Admin("identity:check_grant");
    public static readonly Rule CreateGrant = Rule.Admin("identity:create_grant");
    public static readonly Rule RevokeGrant = Rule.Admin("identity:revoke_grant");
    public static readonly Rule ListDomains = Rule.Admin("identity:list_domains");
    public static readonly Rule GetDomain = Rule.Admin("identity:get_domain");
    public static readonly Rule ListGroups = Rule.Admin("identity:list_groups");
    public static readonly Rule GetGroup = Rule.Admin("identity:get_group");
    public static readonly Rule ListGroupsForUser = Rule.Admin("identity:list_groups_for_user");
    public static readonly Rule ListServices = Rule.Admin("identity:list_services");
    public static readonly Rule GetService = Rule.Admin("identity:get_service");
    public static readonly Rule ListEndpoints = Rule.Admin("identity:list_endpoints");
    public static readonly Rule GetEndpoint = Rule.Admin("identity:get_endpoint");
    public static readonly Rule ValidateToken = Rule.Admin("identity:validate_token");
    public static readonly Rule RevokeToken = Rule.Admin("identity:revoke_token");
    public static readonly Rule ListApplicationCredentials = Rule.Admin("identity:list_application_credentials");
    public static readonly Rule GetApplicationCredential = Rule.Admin("identity:get_application_credential");
    public static readonly Rule CreateApplicationCredential = Rule.Admin("identity:create_application_credential");
    public static readonly Rule DeleteApplicationCredential = Rule.Admin("identity:delete_application_credential");
}
