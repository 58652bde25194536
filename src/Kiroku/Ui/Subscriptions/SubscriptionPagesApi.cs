using System.Globalization;
using System.Text.Json;
using Kiroku.Ui.Door;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Visits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.Subscriptions;

/// <summary>The pages of webhooks: which there are, what was sent, and sending it anew.</summary>
internal static class SubscriptionPagesApi
{
    private const string Api = "/actions/v1/subscriptions";
    private const string PageSize = "50";

    public static void MapSubscriptionPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapPages();
        pages.MapGet("/subscriptions", List);
        pages.MapGet("/subscriptions/{id}", Show);
        pages.MapPost("/subscriptions/{id}/delete", Delete);
        pages.MapPost("/subscriptions/{id}/enable", Enable);
        pages.MapPost("/subscriptions/{id}/redeliver", Redeliver);
        pages.MapPost("/subscriptions/{id}/test", Test);
    }

    /// <summary>Those of the project; an administrator's are those of all, unless it is asked for one's own.</summary>
    private static async Task<IResult> List(HttpContext context, ApiClient api, Visit visit)
    {
        var query = context.Request.Query;
        var isOfAll = visit.Session!.IsAdmin ? query["all"] != "false" : query["all"] == "true";
        var facts = await api.GetAsync(
            Address.Of(Api, ("page_size", PageSize), ("all_projects", isOfAll ? "true" : ""),
                ("page_token", query["page"])),
            SubscriptionJson.Default.SubscriptionsFacts);
        return new RazorComponentResult<SubscriptionsPage>(new { Facts = facts, IsOfAll = isOfAll });
    }

    private static async Task<IResult> Show(HttpContext context, string id, ApiClient api)
    {
        var sent = int.TryParse(context.Request.Query["sent"], NumberStyles.None, CultureInfo.InvariantCulture,
            out var number) ? number : (int?)null;
        return await PageAsync(context, id, api, new SubscriptionNews { Redelivered = sent });
    }

    private static async Task<IResult> Delete(HttpContext context, string id, ApiClient api)
    {
        var answer = await api.SendAsync("DELETE", PathOf(id));
        return answer.IsGood ? SeeOther.To(context, "/ui/subscriptions") : await RefusedAsync(context, id, api, answer);
    }

    private static async Task<IResult> Enable(HttpContext context, string id, ApiClient api)
    {
        var isEnabled = (await context.Request.ReadFormAsync(context.RequestAborted))["enabled"] == "true";
        var answer = await api.SendAsync("PATCH", PathOf(id), JsonSerializer.SerializeToUtf8Bytes(
            new EnableBody(isEnabled), SubscriptionJson.Default.EnableBody));
        return answer.IsGood ? SeeOther.To(context, $"/ui/subscriptions/{Uri.EscapeDataString(id)}")
            : await RefusedAsync(context, id, api, answer);
    }

    /// <summary>Sends the delivery that the form names anew; without one all that failed.</summary>
    private static async Task<IResult> Redeliver(HttpContext context, string id, ApiClient api)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var named = form["delivery"].OfType<string>().Where(delivery => delivery.Length > 0).ToList();
        var body = named.Count == 0 ? default : JsonSerializer.SerializeToUtf8Bytes(
            new RedeliverBody(named), SubscriptionJson.Default.RedeliverBody);
        var answer = await api.SendAsync("POST", $"{PathOf(id)}/redeliver", body);
        if (!answer.IsGood)
            return await RefusedAsync(context, id, api, answer);
        var number = answer.Read(SubscriptionJson.Default.RedeliveredFacts).Redelivered;
        return SeeOther.To(context, $"/ui/subscriptions/{Uri.EscapeDataString(id)}?sent={number}");
    }

    private static async Task<IResult> Test(HttpContext context, string id, ApiClient api)
    {
        var answer = await api.SendAsync("POST", $"{PathOf(id)}/test");
        return answer.IsGood
            ? await PageAsync(context, id, api, new SubscriptionNews
            {
                Test = answer.Read(SubscriptionJson.Default.TestFacts),
            })
            : await RefusedAsync(context, id, api, answer);
    }

    private static Task<IResult> RefusedAsync(HttpContext context, string id, ApiClient api, ApiAnswer answer)
        => PageAsync(context, id, api, new SubscriptionNews
        {
            Problem = PageProblem.Of(answer, context.RequestServices.GetRequiredService<Visit>().Texts),
        }, answer.Status);

    private static async Task<IResult> PageAsync(
        HttpContext context, string id, ApiClient api, SubscriptionNews news, int status = StatusCodes.Status200OK)
    {
        var query = context.Request.Query;
        var state = query["state"].ToString();
        var isState = state is "pending" or "delivered" or "failed";
        var subscription = await api.GetAsync(PathOf(id), SubscriptionJson.Default.SubscriptionFacts);
        var deliveries = await api.GetAsync(
            Address.Of($"{PathOf(id)}/deliveries", ("page_size", PageSize), ("state", isState ? state : ""),
                ("page_token", query["page"])),
            SubscriptionJson.Default.DeliveriesFacts);
        return new RazorComponentResult<SubscriptionPage>(new
        {
            Subscription = subscription,
            Deliveries = deliveries,
            State = isState ? state : "",
            News = news,
        })
        {
            StatusCode = status,
        };
    }

    private static string PathOf(string id) => $"{Api}/{Uri.EscapeDataString(id)}";
}

/// <summary>What came of what a visitor just did to a subscription.</summary>
public sealed record SubscriptionNews
{
    public TestFacts? Test { get; init; }
    public int? Redelivered { get; init; }

    /// <summary>Why it was refused.</summary>
    public PageProblem? Problem { get; init; }
}
