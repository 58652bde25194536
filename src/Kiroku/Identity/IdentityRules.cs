namespace Kiroku.Identity;

/// <summary>Names of identity's rules, as Keystone names them (keystone/common/policies).</summary>
internal static partial class Rules
{
    public const string ListProjects = "identity:list_projects";
    public const string GetProject = "identity:get_project";
    public const string CreateProject = "identity:create_project";
    public const string UpdateProject = "identity:update_project";
    public const string DeleteProject = "identity:delete_project";
    public const string ListUsers = "identity:list_users";
    public const string GetUser = "identity:get_user";
    public const string CreateUser = "identity:create_user";
    public const string UpdateUser = "identity:update_user";
    public const string DeleteUser = "identity:delete_user";
    public const string ListUserProjects = "identity:list_user_projects";
    public const string ListRoles = "identity:list_roles";
    public const string GetRole = "identity:get_role";
    public const string CreateRole = "identity:create_role";
    public const string UpdateRole = "identity:update_role";
    public const string DeleteRole = "identity:delete_role";
    public const string ListRoleInferences = "identity:list_role_inference_rules";
    public const string ListImpliedRoles = "identity:list_implied_roles";
    public const string GetImpliedRole = "identity:get_implied_role";
    public const string ListRoleAssignments = "identity:list_role_assignments";
    public const string ListGrants = "identity:list_grants";
    public const string CheckGrant = "identity:check_grant";
    public const string CreateGrant = "identity:create_grant";
    public const string RevokeGrant = "identity:revoke_grant";
    public const string ListDomains = "identity:list_domains";
    public const string GetDomain = "identity:get_domain";
    public const string ListGroups = "identity:list_groups";
    public const string GetGroup = "identity:get_group";
    public const string ListGroupsForUser = "identity:list_groups_for_user";
    public const string ListServices = "identity:list_services";
    public const string GetService = "identity:get_service";
    public const string ListEndpoints = "identity:list_endpoints";
    public const string GetEndpoint = "identity:get_endpoint";
    public const string ValidateToken = "identity:validate_token";
    public const string RevokeToken = "identity:revoke_token";
    public const string ListApplicationCredentials = "identity:list_application_credentials";
    public const string GetApplicationCredential = "identity:get_application_credential";
    public const string CreateApplicationCredential = "identity:create_application_credential";
    public const string DeleteApplicationCredential = "identity:delete_application_credential";
}
