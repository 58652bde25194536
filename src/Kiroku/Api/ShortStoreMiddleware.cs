using Kiroku.Storage;

namespace Kiroku.Api;

/// <summary>
/// While the store's disk is full it has room for its own work alone: whatever is new is refused, so that deleting,
/// reading and signing in go on.
/// </summary>
internal sealed class ShortStoreMiddleware(RequestDelegate next, IDatabase database)
{
    private const string Refusal =
        "The store's disk is full: until there is room again nothing but deleting, reading and signing in is possible. "
        + "Nothing was changed; try again later.";

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (database.IsShort && !Deleting.IsRead(request) && !IsSignIn(request)
            && !await Deleting.IsAskedAsync(request))
            throw Fault.Unavailable(Refusal);
        await next(context);
    }

    /// <summary>Tokens are not kept.</summary>
    private static bool IsSignIn(HttpRequest request) => request.Path == "/identity/v3/auth/tokens";
}
