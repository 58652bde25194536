namespace Kiroku.Cluster;

/// <summary>A node, for one that has just come.</summary>
internal interface IAcquaintance : IGrainWithStringKey
{
    /// <summary>Answers when this node knows what grains the newcomer has.</summary>
    Task Meet(SiloAddress newcomer);
}
