using Kiroku.Access;

namespace Kiroku.Proxies;

/// <summary>
/// Policy rules of the proxies, under Nova's names. Images follow the rules of the image service, and there is none for
/// what nobody can do here.
/// </summary>
internal static class ProxyRules
{
    public static readonly Rule Networks = Rule.Reader("os_compute_api:os-networks:list");
    public static readonly Rule Network = Rule.Reader("os_compute_api:os-networks:show");
    public static readonly Rule TenantNetworks = Rule.Reader("os_compute_api:os-tenant-networks:list");
    public static readonly Rule TenantNetwork = Rule.Reader("os_compute_api:os-tenant-networks:show");
    public static readonly Rule FloatingIps = Rule.Reader("os_compute_api:os-floating-ips:list");
    public static readonly Rule FloatingIp = Rule.Reader("os_compute_api:os-floating-ips:show");
    public static readonly Rule FloatingIpPools = Rule.Reader("os_compute_api:os-floating-ip-pools");
    public static readonly Rule Groups = Rule.Reader("os_compute_api:os-security-groups:get");
    public static readonly Rule Group = Rule.Reader("os_compute_api:os-security-groups:show");
    public static readonly Rule CreateGroup = Rule.Member("os_compute_api:os-security-groups:create");
    public static readonly Rule UpdateGroup = Rule.Member("os_compute_api:os-security-groups:update");
    public static readonly Rule DeleteGroup = Rule.Member("os_compute_api:os-security-groups:delete");
    public static readonly Rule CreateRule = Rule.Member("os_compute_api:os-security-groups:rule:create");
    public static readonly Rule DeleteRule = Rule.Member("os_compute_api:os-security-groups:rule:delete");
    public static readonly Rule Volumes = Rule.Reader("os_compute_api:os-volumes:list");
    public static readonly Rule VolumesDetail = Rule.Reader("os_compute_api:os-volumes:detail");
    public static readonly Rule Volume = Rule.Reader("os_compute_api:os-volumes:show");
    public static readonly Rule Snapshots = Rule.Reader("os_compute_api:os-volumes:snapshots:list");
    public static readonly Rule SnapshotsDetail = Rule.Reader("os_compute_api:os-volumes:snapshots:detail");
    public static readonly Rule Snapshot = Rule.Reader("os_compute_api:os-volumes:snapshots:show");
    public static readonly Rule BareMetalNodes = Rule.Admin("os_compute_api:os-baremetal-nodes:list");
    public static readonly Rule BareMetalNode = Rule.Admin("os_compute_api:os-baremetal-nodes:show");
}
