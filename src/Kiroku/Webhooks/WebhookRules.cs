using Kiroku.Access;

namespace Kiroku.Webhooks;

/// <summary>The policy rules of subscriptions. Who makes one also needs the rules of what it tells.</summary>
internal static class WebhookRules
{
    public static readonly Rule List = Rule.Reader("actions:subscriptions:list");
    public static readonly Rule Show = Rule.Reader("actions:subscriptions:show");
    public static readonly Rule Create = Rule.Member("actions:subscriptions:create");
    public static readonly Rule Update = Rule.Member("actions:subscriptions:update");
    public static readonly Rule Delete = Rule.Member("actions:subscriptions:delete");
    public static readonly Rule AllProjects = Rule.Admin("actions:subscriptions:all_projects");
}
