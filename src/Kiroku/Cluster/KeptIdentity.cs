using System.Security.Cryptography.X509Certificates;

namespace Kiroku.Cluster;

/// <summary>
/// What a node makes itself with the authority that the store keeps. The key is nowhere but in the process, and the
/// certificate is good for some weeks; one that comes to its end, or that a clock has left behind, is made anew for the
/// next link.
/// </summary>
internal sealed class KeptIdentity(X509Certificate2 authority, TimeProvider time) : NodeIdentity
{
    /// <summary>Names are not compared.</summary>
    private const string Name = "kiroku";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(60);

    /// <summary>Clocks of machines differ, and may be set.</summary>
    private static readonly TimeSpan Earlier = TimeSpan.FromDays(30);

    /// <summary>No link is begun with one that is this close to either end of its time.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromDays(15);

    private readonly Lock making = new();
    private X509Certificate2? made;

    public override string Wanted
        => "of the authority that the store keeps. Nodes have certificates in their settings all or none; "
        + "and those of a version before this one that have none are all ended before the first of this version starts";

    public override X509Certificate2Collection Authority => [authority];

    public override X509Certificate2 Certificate
    {
        get
        {
            lock (making)
                return made = made is { } known && IsGood(known) ? known : Make();
        }
    }

    private bool IsGood(X509Certificate2 certificate)
    {
        var now = time.GetUtcNow();
        return certificate.NotBefore.ToUniversalTime() + Margin < now
            && now < certificate.NotAfter.ToUniversalTime() - Margin;
    }

    private X509Certificate2 Make()
    {
        var now = time.GetUtcNow();
        return Issuing.Make(Name, authority, now - Earlier, now + Lifetime);
    }
}
