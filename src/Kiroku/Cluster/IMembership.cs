namespace Kiroku.Cluster;

/// <summary>Which processes the engine takes to be there.</summary>
internal interface IMembership
{
    /// <summary>
    /// Has a member declared dead: nobody waits for it any more, its grains may become active elsewhere, and if it
    /// lives it ends as soon as it hears of it. Nothing happens to one that is dead already, or unknown, or to this
    /// one.
    /// </summary>
    /// <param name="silo">Its address, as it wrote it into its row.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Whether it counts as that by now. The engine sees to it by itself, but may give it up when others change members
    /// at the same moment.
    /// </returns>
    Task<bool> DeclareDeadAsync(string silo, CancellationToken cancellationToken);
}
