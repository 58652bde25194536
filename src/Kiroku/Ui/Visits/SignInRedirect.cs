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
        var from = LocalPath.Of(visit.Return);
        return SeeOther.To(context, Address.Of(Path, (Return, from == LocalPath.Home ? "" : from)));
    }
}

/// <summary>A link that signs a browser in once.</summary>
internal static class SignInLink
{
    public const string Path = "/ui/sign-in/link";

    /// <summary>The name of the parameter with the link's secret. In a path, logs and traces would have it.</summary>
    public const string Secret = "secret";
}

/// <summary>Sends whoever is in no project to where one is chosen, and from there on.</summary>
internal static class ProjectChoice
{
    public static string PathTo(string path)
        => Address.Of("/ui/project", (SignInRedirect.Return, path == LocalPath.Home ? "" : path));
}
