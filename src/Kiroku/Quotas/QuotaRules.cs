using Kiroku.Access;

namespace Kiroku.Quotas;

/// <summary>Policy rules of limits and quotas, under Nova's names.</summary>
internal static class QuotaRules
{
    public static readonly Rule Limits = Rule.Reader("os_compute_api:limits");
    public static readonly Rule LimitsOfOthers = Rule.Admin("os_compute_api:limits:other_project");
    public static readonly Rule Show = Rule.Reader("os_compute_api:os-quota-sets:show");
    public static readonly Rule Detail = Rule.Reader("os_compute_api:os-quota-sets:detail");
    public static readonly Rule Defaults = Rule.Reader("os_compute_api:os-quota-sets:defaults");
    public static readonly Rule Update = Rule.Admin("os_compute_api:os-quota-sets:update");
    public static readonly Rule Delete = Rule.Admin("os_compute_api:os-quota-sets:delete");
    public static readonly Rule ShowClass = Rule.Admin("os_compute_api:os-quota-class-sets:show");
    public static readonly Rule UpdateClass = Rule.Admin("os_compute_api:os-quota-class-sets:update");
}
