using Kiroku.Flavors;

namespace Kiroku.Servers.State;

/// <summary>Copies the parts of a flavor that a server keeps.</summary>
internal static class ServerFlavors
{
    public static ServerFlavor Of(
        Flavor flavor) => new(flavor.Id, flavor.Name, flavor.Vcpus, flavor.MemoryMib, flavor.DiskGib)
        {
            ExtraSpecs = flavor.ReadExtraSpecs(),
        };
}
