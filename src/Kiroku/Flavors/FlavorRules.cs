using Kiroku.Access;

namespace Kiroku.Flavors;

/// <summary>Flavors' policy rules, under Nova's names.</summary>
internal static class FlavorRules
{
    public static readonly Rule Create = Rule.Admin("os_compute_api:os-flavor-manage:create");
    public static readonly Rule Update = Rule.Admin("os_compute_api:os-flavor-manage:update");
    public static readonly Rule Delete = Rule.Admin("os_compute_api:os-flavor-manage:delete");
    public static readonly Rule AccessList = Rule.Admin("os_compute_api:os-flavor-access");
    public static readonly Rule AccessAdd = Rule.Admin("os_compute_api:os-flavor-access:add_tenant_access");
    public static readonly Rule AccessRemove = Rule.Admin("os_compute_api:os-flavor-access:remove_tenant_access");
    public static readonly Rule ExtraSpecsList = Rule.Reader("os_compute_api:os-flavor-extra-specs:index");
    public static readonly Rule ExtraSpecsShow = Rule.Reader("os_compute_api:os-flavor-extra-specs:show");
    public static readonly Rule ExtraSpecsCreate = Rule.Admin("os_compute_api:os-flavor-extra-specs:create");
    public static readonly Rule ExtraSpecsUpdate = Rule.Admin("os_compute_api:os-flavor-extra-specs:update");
    public static readonly Rule ExtraSpecsDelete = Rule.Admin("os_compute_api:os-flavor-extra-specs:delete");
}
