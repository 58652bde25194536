namespace Kiroku.Cluster;

/// <summary>The members, as the engine knows them.</summary>
internal interface IMembership
{
    /// <summary>
    /// Has a member declared dead: nobody waits for it any more, its grains may become active elsewhere, and if it
    /// still runs it ends as soon as it learns of that. A process that is dead already, unknown or this one stays as it
    /// is.
    /// </summary>
    /// <param name="silo">The member's address, as it wrote it into its row.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the process counts as dead by now. The engine sees to it in the background, but may give up
    /// when others change members at the same moment.</returns>
    Task<bool> DeclareDeadAsync(string silo, CancellationToken cancellationToken);
}
