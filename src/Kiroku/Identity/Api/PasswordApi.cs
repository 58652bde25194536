using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.SigningIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Identity.Api;

/// <summary>
/// A user's change of their own password. As in Keystone the old password is the proof, so no token is needed.
/// </summary>
internal static class PasswordApi
{
    private static readonly Schema Body =
        Schema.Object(("original_password", Parameters.Text), ("password", Parameters.Text)) with
        {
            Required = ["original_password", "password"],
        };

    public static void MapPassword(this IEndpointRouteBuilder app)
        => app.MapPost("/identity/v3/users/{id}/password", Change);

    private static async Task<NoContent> Change(
        string id, HttpContext context, Proofs proofs, UserStore store, Passwords passwords)
    {
        var body = await IdentityBody.ReadAsync(context.Request, "user", Body);
        var original = body.GetProperty("original_password").GetString()!;
        var user = await proofs.CheckPasswordAsync(
            new Reference(id, null), original, context.Connection.RemoteIpAddress, context.RequestAborted);
        var hash = await passwords.HashAsync(body.GetProperty("password").GetString()!, context.RequestAborted);
        // Of two concurrent requests with the same old password, only one succeeds.
        await store.ChangeAsync(
            id,
            before => before.PasswordHash == user.PasswordHash
                ? before with { PasswordHash = hash }
                : throw Fault.Unauthorized(),
            context.RequestAborted);
        return TypedResults.NoContent();
    }
}
