using Kiroku.Api;

namespace Kiroku.Identity.Accounts;

/// <summary>Keystone's refusals, in its words (keystone/exception.py).</summary>
internal static class Refusal
{
    private const string ClientInError =
        "The server could not comply with the request since it is either malformed or otherwise incorrect. "
            + "The client is assumed to be in error.";

    public static Fault Forbidden(string rule)
        => new(403, $"You are not authorized to perform the requested action: {rule}.");

    public static Fault NotAllowed(string why) => new(403, why);

    public static Fault NotFound(string kind, string id) => Fault.NotFound($"Could not find {kind}: {id}.");

    public static Fault Conflict(string kind, string details)
        => Fault.Conflict($"Conflict occurred attempting to store {kind} - {details}.");

    public static Fault Missing(string key, string parent)
        => Fault.BadRequest($"Expecting to find {key} in {parent}. {ClientInError}");

    public static Fault Malformed(string what) => Fault.BadRequest($"{what} {ClientInError}");

    public static Fault Immutable(string verb, string kind, string id)
        => NotAllowed(
            $"Unable to {verb} immutable {kind} resource: `{id}. Set resource option \"immutable\" to false first.");
}
