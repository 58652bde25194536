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

    /// <summary>The address where one signs in and then goes on to a path of the page's own.</summary>
    public static string PathTo(string path) => Address.Of(Path, (Return, path == LocalPath.Home ? "" : path));
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
    public static string PathTo(string path)
        => Address.Of("/ui/project", (SignInRedirect.Return, path == LocalPath.Home ? "" : path));
}
