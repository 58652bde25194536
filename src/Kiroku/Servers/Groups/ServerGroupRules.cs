using Kiroku.Access;

namespace Kiroku.Servers.Groups;

/// <summary>Server groups' policy rules, under Nova's names.</summary>
internal static class ServerGroupRules
{
    public static readonly Rule List = Rule.Reader("os_compute_api:os-server-groups:index");
    public static readonly Rule ListAllProjects = Rule.Admin("os_compute_api:os-server-groups:index:all_projects");
    public static readonly Rule Show = Rule.Reader("os_compute_api:os-server-groups:show");
    public static readonly Rule Create = Rule.Member("os_compute_api:os-server-groups:create");
    public static readonly Rule Delete = Rule.Member("os_compute_api:os-server-groups:delete");
}
