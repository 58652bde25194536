using System.Security.Cryptography.X509Certificates;

namespace Kiroku.Cluster;

/// <summary>
/// The identity that a node makes itself with the authority that the store keeps. Its key is nowhere but in the
/// process, and its certificate is valid for some weeks. When that comes to its end, or a clock has been set past it,
/// the next link gets a new one.
/// </summary>
internal sealed class KeptIdentity(X509Certificate2 authority, TimeProvider time) : NodeIdentity
{
    /// <summary>The name of every node, because names are not compared.</summary>
    private const string Name = "kiroku";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(60);

    /// <summary>Certificates begin this much earlier, because the clocks of machines differ, and may be set.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromDays(30);

    /// <summary>No link begins with a certificate that is this close to either end of its time.</summary>
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
        return Issuing.Make(Name, authority, now - Backdating, now + Lifetime);
    }
}
