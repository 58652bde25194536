namespace Kiroku.Cluster;

/// <summary>Which processes the engine takes to be there.</summary>
internal interface IMembership
{
    /// <summary>
    /// Has a member declared dead: nobody waits for it any more, its grains may become active elsewhere, and if it lives it
    /// ends as soon as it hears of it. Nothing happens to one that is dead already, or unknown, or to this one.
    /// </summary>
    /// <param name="silo">Its address, as it wrote it into its row.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task DeclareDeadAsync(string silo, CancellationToken cancellationToken);
}
