using Kiroku.Access;

namespace Kiroku.Networks;

/// <summary>Policy rules of networks, under Neutron's names. There is none for what nobody can do here.</summary>
internal static class NetworkRules
{
    public static readonly Rule Networks = Rule.Reader("get_network");
    public static readonly Rule Subnets = Rule.Reader("get_subnet");
    public static readonly Rule Ports = Rule.Reader("get_port");
    public static readonly Rule Groups = Rule.Reader("get_security_group");
    public static readonly Rule GroupRules = Rule.Reader("get_security_group_rule");
    public static readonly Rule CreateGroup = Rule.Member("create_security_group");
    public static readonly Rule UpdateGroup = Rule.Member("update_security_group");
    public static readonly Rule DeleteGroup = Rule.Member("delete_security_group");
    public static readonly Rule CreateGroupRule = Rule.Member("create_security_group_rule");
    public static readonly Rule DeleteGroupRule = Rule.Member("delete_security_group_rule");
    public static readonly Rule Quotas = Rule.Reader("get_quota");
    public static readonly Rule QuotasOfAll = Rule.Admin("get_quotas");
    public static readonly Rule DeleteQuotas = Rule.Admin("delete_quota");
    public static readonly Rule Topology = Rule.Reader("get_auto_allocated_topology");
    public static readonly Rule Zones = Rule.Reader("get_availability_zone");
}
