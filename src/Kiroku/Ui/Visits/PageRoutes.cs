namespace Kiroku.Ui.Visits;

/// <summary>Routes of pages.</summary>
internal static class PageRoutes
{
    /// <summary>
    /// Routes that take a session in a project. Whoever has none is sent to sign in or to choose, and comes back; what
    /// was typed into a form is kept.
    /// </summary>
    public static RouteGroupBuilder MapPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/ui");
        pages.AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            var visit = context.RequestServices.GetRequiredService<Visit>();
            var session = visit.Session;
            if (session?.ProjectId is not null)
                return await next(invocation);
            if (session is not null)
                return SeeOther.To(context, ProjectChoice.PathTo(LocalPath.Of(visit.Return)));
            return await SignInRedirect.SendOrKeepFormAsync(context);
        });
        return pages;
    }

    public static void MapHome(this IEndpointRouteBuilder app) => app.MapGet("/ui", Home);

    private static IResult Home(HttpContext context) => SeeOther.To(context, "/ui/servers");
}
