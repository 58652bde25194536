namespace Kiroku.Ui.Visits;

/// <summary>Sends whoever is not signed in to where one does so, and from there back.</summary>
internal static class SignInRedirect
{
    public const string Path = "/ui/sign-in";
    public const string SignOut = "/ui/sign-out";

    /// <summary>The name of the parameter that says where to go on.</summary>
    public const string Return = "return";

    public static IResult Send(HttpContext context)
    {
        var visit = context.RequestServices.GetRequiredService<Visit>();
        return SeeOther.To(context, PathTo(LocalPath.Of(visit.Return)));
    }

    /// <summary>The same for whoever sent a form, which is shown instead, to be sent again after signing in.</summary>
    public static async Task<IResult> SendOrKeepFormAsync(HttpContext context)
        => SendAgain.HasForm(context.Request)
            ? await SendAgain.PageAsync(context, StatusCodes.Status401Unauthorized, "again.ended")
            : Send(context);

    /// <summary>The address where one signs in and then goes on to a path of the page's own.</summary>
    public static string PathTo(string path) => Through(Path, path);

    /// <summary>The address of a page from which one goes on to a path of the page's own.</summary>
    public static string Through(string page, string path)
        => Address.Of(page, (Return, path == LocalPath.Home ? "" : path));
}

/// <summary>A link that signs a browser in once.</summary>
internal static class SignInLink
{
    public const string Path = "/ui/sign-in/link";

    /// <summary>The name of the parameter with the link's secret. In a path, logs and traces would have it.</summary>
    public const string Secret = "secret";

    /// <summary>In characters; a secret has fewer.</summary>
    public const int LongestSecret = 64;
}

/// <summary>Sends whoever is in no project to where one is chosen, and from there on.</summary>
internal static class ProjectChoice
{
    public static string PathTo(string path) => SignInRedirect.Through("/ui/project", path);
}
