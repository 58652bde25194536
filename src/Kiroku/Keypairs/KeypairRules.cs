using Kiroku.Access;

namespace Kiroku.Keypairs;

/// <summary>
/// Key pairs' policy rules, under Nova's names; only administrators touch another user's, whatever the role here.
/// </summary>
internal static class KeypairRules
{
    public static readonly Rule List = Rule.Reader("os_compute_api:os-keypairs:index");
    public static readonly Rule Show = Rule.Reader("os_compute_api:os-keypairs:show");
    public static readonly Rule Create = Rule.Reader("os_compute_api:os-keypairs:create");
    public static readonly Rule Delete = Rule.Reader("os_compute_api:os-keypairs:delete");
}
