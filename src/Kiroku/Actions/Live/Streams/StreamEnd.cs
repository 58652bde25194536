namespace Kiroku.Actions.Live.Streams;

/// <summary>Why a stream ends, as its last line says; only ever added to.</summary>
internal static class StreamEnd
{
    /// <summary>The service drains or stops.</summary>
    public const string Stopping = "stopping";

    /// <summary>The token has expired or was revoked.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The caller may not see these actions any more.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>The store was restored or copied.</summary>
    public const string PositionGone = "position-gone";

    /// <summary>The token cannot be checked now.</summary>
    public const string Unavailable = "unavailable";
}
