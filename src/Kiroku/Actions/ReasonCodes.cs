using System.Collections.Immutable;

namespace Kiroku.Actions;

/// <summary>
/// Why an attempt failed, as a word for programs; one of a small list. A single word is told of attempts that
/// succeeded. Stored and shown; append only.
/// </summary>
internal static class ReasonCodes
{
    /// <summary>The host's node or its hypervisor did not answer.</summary>
    public const string HostUnreachable = "host-unreachable";

    /// <summary>The hypervisor answered, but was not done in time.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>A disk of the host's, or one for images, has no room for it.</summary>
    public const string DiskFull = "disk-full";

    /// <summary>The hypervisor tried, and could not.</summary>
    public const string HypervisorFailed = "hypervisor-failed";

    /// <summary>The hypervisor cannot do this at all.</summary>
    public const string NotSupported = "not-supported";

    /// <summary>No host has room, or what the server asks for.</summary>
    public const string NoValidHost = "no-valid-host";

    /// <summary>The image, or the one that was to be made, is gone.</summary>
    public const string ImageGone = "image-gone";

    /// <summary>The image's bytes are no disk that a server may have.</summary>
    public const string ImageRejected = "image-rejected";

    /// <summary>The image's bytes cannot be read now.</summary>
    public const string ImageUnavailable = "image-unavailable";

    /// <summary>The bytes of the image that was to be made could not be kept.</summary>
    public const string ImageNotSaved = "image-not-saved";

    /// <summary>The flavor's disk is smaller than what is to be on it.</summary>
    public const string FlavorTooSmall = "flavor-too-small";

    /// <summary>The server's disk is not where it should be.</summary>
    public const string DiskMissing = "disk-missing";

    /// <summary>The config drive could not be made.</summary>
    public const string ConfigDriveFailed = "config-drive-failed";

    /// <summary>The service ended in the middle of it.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Another action took this one's place.</summary>
    public const string Superseded = "superseded";

    /// <summary>Somebody cancelled the action.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Nobody foresaw it; the traceback has more.</summary>
    public const string InternalError = "internal-error";

    /// <summary>A node of the version before failed, which has no reasons.</summary>
    public const string Unknown = "unknown";

    /// <summary>The attempt succeeded, but the machine ran and its power was cut.</summary>
    public const string GuestForcedOff = "guest-forced-off";

    public static ImmutableArray<string> All { get; } =
    [
        HostUnreachable, TimedOut, DiskFull, HypervisorFailed, NotSupported, NoValidHost, ImageGone, ImageRejected,
        ImageUnavailable, ImageNotSaved, FlavorTooSmall, DiskMissing, ConfigDriveFailed, Interrupted, Superseded,
        Cancelled, InternalError, Unknown, GuestForcedOff,
    ];
}
