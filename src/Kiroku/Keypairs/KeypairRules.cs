using Kiroku.Access;

namespace Kiroku.Keypairs;

/// <summary>
/// Key pairs' policy rules, under Nova's names. Whatever role a rule requires, only administrators may touch another
/// user's key pairs.
/// </summary>
internal static class KeypairRules
{
    public static readonly Rule List = Rule.Reader("os_compute_api:os-keypairs:index");
    public static readonly Rule Show = Rule.Reader("os_compute_api:os-keypairs:show");
    public static readonly Rule Create = Rule.Reader("os_compute_api:os-keypairs:create");
    public static readonly Rule Delete = Rule.Reader("os_compute_api:os-keypairs:delete");
}
