namespace Kiroku.Api;

/// <summary>
/// A refusal: its HTTP status and the message for the caller. Code throws it where it knows the reason. <see
/// cref="FaultMiddleware"/> alone turns it into an error body.
/// </summary>
internal sealed class Fault(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Whole seconds to wait before trying again; sent as Retry-After.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What Neutron or a problem document calls it, where not just by its status.</summary>
    public string? Type { get; init; }

    /// <summary>Where in a parameter's text the fault is, in characters from 1; a problem document tells it.</summary>
    public int? Column { get; init; }

    public static Fault BadRequest(string message) => new(400, message);

    public static Fault MalformedBody() => BadRequest("Malformed request body");

    public static Fault Unauthorized(string message = "The request you have made requires authentication.")
        => new(401, message);

    public static Fault Forbidden(string rule) => new(403, $"Policy doesn't allow {rule} to be performed.");

    /// <summary>The message suits a path or version under which there is nothing.</summary>
    public static Fault NotFound(string message = "The resource could not be found.") => new(404, message);

    /// <summary>Nova's answer for what it once had and no longer has (webob.exc.HTTPGone).</summary>
    public static Fault Gone()
        => new(410, "This resource is no longer available.  No forwarding address is given.");

    public static Fault Conflict(string message) => new(409, message);

    /// <summary>
    /// Nova's answer when a hypervisor's driver cannot do what is asked (nova/api/openstack/common.py,
    /// raise_feature_not_supported).
    /// </summary>
    public static Fault NotSupported() => new(501, "The requested functionality is not supported.");

    public static Fault Unavailable(string message, int retryAfter = 5)
        => new(503, message) { RetryAfter = retryAfter };
}
