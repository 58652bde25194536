using Kiroku.Cluster;

namespace Kiroku.Tests.Cluster;

/// <summary>Tells the node on which it is active.</summary>
internal interface IWhereGrain : IGrainWithStringKey
{
    Task<string> NodeName();
}

/// <summary>As <see cref="IWhereGrain"/>, on nodes that run actions.</summary>
internal interface IWhereConductorGrain : IGrainWithStringKey
{
    Task<string> NodeName();
}

[OnNode]
internal sealed class WhereGrain(ILocalSiloDetails self) : Grain, IWhereGrain
{
    public Task<string> NodeName() => Task.FromResult(self.Name);
}

[InRole(NodeRoles.Conductor)]
internal sealed class WhereConductorGrain(ILocalSiloDetails self) : Grain, IWhereConductorGrain
{
    public Task<string> NodeName() => Task.FromResult(self.Name);
}
