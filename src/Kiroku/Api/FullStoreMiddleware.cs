using Kiroku.Storage;

namespace Kiroku.Api;

/// <summary>
/// Refuses requests for anything new while the store's disk is full, because the space that is left is for the
/// service's own work. Deleting, reading and signing in remain possible.
/// </summary>
internal sealed class FullStoreMiddleware(RequestDelegate next, IDatabase database)
{
    private const string Refusal =
        "The store's disk is full: until there is room again nothing but deleting, reading and signing in is possible. "
        + "Nothing was changed; try again later.";

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (database.IsDiskFull && !Deleting.IsRead(request) && !IsSignIn(request)
            && !await Deleting.IsDeletionAsync(request))
            throw Fault.Unavailable(Refusal);
        await next(context);
    }

    /// <summary>Signing in stores nothing, because tokens are not stored.</summary>
    private static bool IsSignIn(HttpRequest request) => request.Path == "/identity/v3/auth/tokens";
}
