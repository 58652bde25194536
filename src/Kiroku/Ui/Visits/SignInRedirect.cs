namespace Kiroku.Ui.Visits;

/// <summary>Sends whoever is not signed in to where one does so, and from there back.</summary>
internal static class SignInRedirect
{
    public const string Path = "/ui/sign-in";

    /// <summary>The name of the parameter that says where to go on.</summary>
    public const string Return = "return";

    public static void Send(HttpContext context)
    {
        var visit = context.RequestServices.GetRequiredService<Visit>();
        var from = HttpMethods.IsGet(context.Request.Method) ? LocalPath.Of(visit.Here) : LocalPath.Home;
        var query = from == LocalPath.Home ? "" : $"?{Return}={Uri.EscapeDataString(from)}";
        SeeOther(context, $"{Path}{query}");
    }

    /// <summary>Sends the browser to another of the page's addresses, which it is to get.</summary>
    public static void SeeOther(HttpContext context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"{context.Request.PathBase.ToUriComponent()}{path}";
    }
}

/// <summary>Sends whoever is in no project to where one is chosen, and from there on.</summary>
internal static class ProjectChoice
{
    public static string PathTo(string path)
        => path == LocalPath.Home ? "/ui/project" : $"/ui/project?{SignInRedirect.Return}={Uri.EscapeDataString(path)}";
}
