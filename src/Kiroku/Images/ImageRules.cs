using Kiroku.Access;

namespace Kiroku.Images;

/// <summary>Images' policy rules, under Glance's names.</summary>
internal static class ImageRules
{
    public static readonly Rule List = Rule.Reader("get_images");
    public static readonly Rule Show = Rule.Reader("get_image");
    public static readonly Rule Add = Rule.Member("add_image");
    public static readonly Rule Modify = Rule.Member("modify_image");
    public static readonly Rule Upload = Rule.Member("upload_image");
    public static readonly Rule Download = Rule.Member("download_image");
    public static readonly Rule Delete = Rule.Member("delete_image");
    public static readonly Rule Publicize = Rule.Admin("publicize_image");
    public static readonly Rule Communitize = Rule.Member("communitize_image");
    public static readonly Rule Deactivate = Rule.Member("deactivate");
    public static readonly Rule Reactivate = Rule.Member("reactivate");
    public static readonly Rule MembersList = Rule.Reader("get_members");
    public static readonly Rule MemberShow = Rule.Reader("get_member");
    public static readonly Rule MemberAdd = Rule.Member("add_member");
    public static readonly Rule MemberModify = Rule.Member("modify_member");
    public static readonly Rule MemberDelete = Rule.Member("delete_member");
}
