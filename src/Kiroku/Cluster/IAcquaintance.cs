namespace Kiroku.Cluster;

/// <summary>A node, as a newcomer calls it.</summary>
internal interface IAcquaintance : IGrainWithStringKey
{
    /// <summary>Answers when this node knows what grains the newcomer has.</summary>
    Task Meet(SiloAddress newcomer);
}
