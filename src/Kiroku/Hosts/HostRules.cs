using Kiroku.Access;

namespace Kiroku.Hosts;

/// <summary>Hosts' policy rules, under Nova's names.</summary>
internal static class HostRules
{
    public static readonly Rule AggregatesList = Rule.Admin("os_compute_api:os-aggregates:index");
    public static readonly Rule ServicesList = Rule.Admin("os_compute_api:os-services:list");
    public static readonly Rule ServicesUpdate = Rule.Admin("os_compute_api:os-services:update");
    public static readonly Rule ServicesDelete = Rule.Admin("os_compute_api:os-services:delete");
    public static readonly Rule ZonesList = Rule.Reader("os_compute_api:os-availability-zone:list");
    public static readonly Rule ZonesDetail = Rule.Admin("os_compute_api:os-availability-zone:detail");
    public static readonly Rule HypervisorsList = Rule.Admin("os_compute_api:os-hypervisors:list");
    public static readonly Rule HypervisorsDetail = Rule.Admin("os_compute_api:os-hypervisors:list-detail");
    public static readonly Rule HypervisorsStatistics = Rule.Admin("os_compute_api:os-hypervisors:statistics");
    public static readonly Rule HypervisorsShow = Rule.Admin("os_compute_api:os-hypervisors:show");
    public static readonly Rule HypervisorsUptime = Rule.Admin("os_compute_api:os-hypervisors:uptime");
    public static readonly Rule HypervisorsSearch = Rule.Admin("os_compute_api:os-hypervisors:search");
    public static readonly Rule HypervisorsServers = Rule.Admin("os_compute_api:os-hypervisors:servers");
    public static readonly Rule Extensions = Rule.Reader("os_compute_api:extensions");
}
