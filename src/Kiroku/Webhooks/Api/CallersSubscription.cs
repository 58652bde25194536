using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Api;

/// <summary>Finds the subscription that a request is about, if its caller may know of it.</summary>
internal static class CallersSubscription
{
    /// <exception cref="Fault">404: there is none, or it is another project's; 403: the caller may not do
    /// that.</exception>
    public static async Task<SubscriptionRow> FindAsync(
        HttpContext context, string id, SubscriptionStore store, Rule rule)
    {
        var caller = Caller.Of(context);
        var found = Guid.TryParseExact(id, "D", out var parsed)
            ? await store.FindAsync(parsed, context.RequestAborted)
            : null;
        if (found is null || !caller.MaySee(found.ProjectId)
            || (found.AllProjects && !caller.May(WebhookRules.AllProjects, found.ProjectId)))
            throw Unknown(id);
        caller.Require(rule, found.ProjectId);
        return found;
    }

    public static Fault Unknown(string id) => Fault.NotFound($"There is no subscription {id}.");
}
