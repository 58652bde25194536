namespace Kiroku.Api;

/// <summary>
/// A refusal with its HTTP status and the message its caller reads; thrown where the truth is known, and turned into
/// the service's own form of error body in one place, <see cref="FaultMiddleware"/>.
/// </summary>
internal sealed class Fault(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Whole seconds to wait before another try; sent as Retry-After.</summary>
    public int? RetryAfter { get; init; }

    public static Fault BadRequest(string message) => new(400, message);

    public static Fault MalformedBody() => BadRequest("Malformed request body");

    public static Fault Unauthorized(string message = "The request you have made requires authentication.")
        => new(401, message);

    public static Fault Forbidden(string rule) => new(403, $"Policy doesn't allow {rule} to be performed.");

    /// <summary>Without a message: what the path or the version names is not there.</summary>
    public static Fault NotFound(string message = "The resource could not be found.") => new(404, message);

    public static Fault Conflict(string message) => new(409, message);

    /// <summary>
    /// As Nova, where a hypervisor's driver cannot do what is asked (nova/api/openstack/common.py,
    /// raise_feature_not_supported).
    /// </summary>
    public static Fault NotSupported() => new(501, "The requested functionality is not supported.");

    public static Fault Unavailable(string message, int retryAfter = 5)
        => new(503, message) { RetryAfter = retryAfter };
}
