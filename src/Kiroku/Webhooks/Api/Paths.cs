using Kiroku.Actions.Live;
using Kiroku.Api;

namespace Kiroku.Webhooks.Api;

/// <summary>The paths of subscriptions, and what those have in common that are about one, or answer pages.</summary>
internal static class Paths
{
    public const string All = "/actions/v1/subscriptions";
    public const string One = $"{All}/{{id}}";

    /// <summary>How requests are refused that are about one subscription.</summary>
    public static readonly int[] Refusals =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound,
    ];

    public static RouteHandlerBuilder IsAboutSubscription(this RouteHandlerBuilder route)
        => route.Takes("id", "The subscription's id.");

    public static RouteHandlerBuilder TakesPages(this RouteHandlerBuilder route)
        => route.Takes(LiveParameters.PageSize, "The most in the answer.", LiveParameters.PageSizes)
            .Takes(LiveParameters.PageToken, "next_page_token of the page before.");
}
