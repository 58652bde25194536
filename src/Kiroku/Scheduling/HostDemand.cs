using Kiroku.Hypervisors;

namespace Kiroku.Scheduling;

/// <summary>
/// Something that a host must be able to give a server, and the sentence for the server's owner where no host can.
/// </summary>
internal sealed record HostDemand(string Sentence, Func<HostAbilities, bool> IsMet)
{
    /// <summary>A host whose abilities are not known meets no demand.</summary>
    public bool IsMetBy(HostState host) => host.Abilities is { } abilities && IsMet(abilities);
}
