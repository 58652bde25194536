using Kiroku.Api;

namespace Kiroku.Hosts;

/// <summary>Availability zones: every host is in the one that Nova calls so by default.</summary>
internal static class Zones
{
    public const string Default = "nova";

    /// <exception cref="Fault">400 with Nova's words, if there is no such zone.</exception>
    public static void Require(string zone)
    {
        if (zone != Default)
            throw Fault.BadRequest("The requested availability zone is not available");
    }
}
