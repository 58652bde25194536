namespace Kiroku.Cluster;

/// <summary>Which processes the engine takes to be there.</summary>
internal interface IMembership
{
    /// <summary>Has every node know that a process is gone, so that what it did is done elsewhere at once.</summary>
    /// <param name="silo">Its address, as it wrote it into its row.</param>
    Task DeclareDeadAsync(string silo);
}
